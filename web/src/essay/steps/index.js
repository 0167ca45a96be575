// The nine steps, in order.
import { ball } from "./ball.jsx";
import { compass } from "./compass.jsx";
import { data } from "./data.jsx";
import { line } from "./line.jsx";
import { many } from "./many.jsx";
import { map } from "./map.jsx";
import { matter } from "./matter.jsx";
import { price } from "./price.jsx";
import { slide } from "./slide.jsx";

export const STEPS = [line, ball, slide, compass, data, map, price, many, matter];
