// The questions that people ask about the picture: each sets the stage, says one paragraph, asks
// for one action and knows when it is done.
const LINE = { own: false, dims: 2, loss: "equation", norm: "l1", form: "target", target: 0, angle: 63, offset: 1, free: false, ghost: "none", trail: false, zoom: 1, view: "prices" };
const ELLIPSE = { ...LINE, loss: "squared_error", form: "budget", budget: 1, cx: 1.1, cy: 1.5, ellipse_ratio: 2.5, ellipse_angle: 60, trail: true };

const isParallel = (touch) => !!touch.flat;

export const STORY = [
  {
    chip: "The line", use: "setup", question: "What is the diagonal line?",
    text: "Every point of the plane is a pair of coefficients (w₁, w₂). The line holds all pairs that fit the data equally well: here, all that satisfy one equation exactly. With noise the line becomes an ellipse around the best fit, a level set of the loss.",
    set: LINE, task: "Change the loss to squared error and watch the line become an ellipse.",
    done: ({ state }) => state.loss === "squared_error", takeaway: "Line or ellipse: all points on it fit equally well.",
  },
  {
    chip: "Inside or outside?", use: "dials", question: "Must I be inside the square, or outside it?",
    text: "Inside, its edge included. The ball holds every pair of coefficients that the budget can pay for: norm ≤ budget. Among those you look for the one that fits best.",
    set: { ...ELLIPSE, norm: "linf", budget: 0.7 }, task: "Grow the ball by its square handle until it holds the best fit, the ×.",
    done: ({ touch }) => touch.inside, takeaway: "The ball is what you may spend. Larger than needed, it no longer matters.",
  },
  {
    chip: "Why corners?", use: "views", question: "The diamond has sides too. Why does the touch fall on a corner?",
    text: "A side faces one single direction, so only a line with exactly that direction lies along it. A corner faces a whole wedge of directions (green), and every line in the wedge touches there.",
    set: { ...LINE, angle: 70, view: "odds", odds: "throws" }, task: "Turn the line by its diamond handle until the touch leaves the corner. (Arrow keys move it by one degree.)",
    done: ({ touch, before }) => isParallel(touch) || (before && before.story === 3 && touch.corner && before.zero !== zeroIndex(touch.w)),
    takeaway: "Each side gets a single direction; all the others belong to corners. Throw some!",
  },
  {
    chip: "Sparse or dense", use: "views", question: "What do sparse and dense mean?",
    text: "Count the zeros of the point of contact. On the diamond's corner one of two coefficients is exactly zero: sparse. On the circle none is: dense.",
    set: { ...LINE, angle: 63, ghost: "l2", view: "odds", odds: "dimensions", odds_p: 100, odds_m: 10 }, task: "In 100 dimensions, find the number of equations at which L1 keeps half of the coefficients.",
    done: ({ state }) => state.odds === "dimensions" && state.odds_p === 100 && state.odds_m === 50, takeaway: "L1 keeps as many coefficients as there are equations; L2 keeps all of them.",
  },
  {
    chip: "A cheaper point", use: "views", question: "The line cuts the side here. Is there a strictly cheaper point?",
    text: "Yes, unless the line only touches. The dashed ball goes through your point, and the line cuts its side: the part of the line inside is cheaper. Slide along it, and the ball shrinks until the line only touches.",
    set: { ...LINE, angle: 63, free: true, free1: 0.75, free2: 0.74, form: "target", target: 0 }, task: "Drag your point along the line to the place that nothing beats.",
    done: ({ free }) => free && Math.abs(free.value) < 2e-3 && free.better && free.better.saved < 0.03 * free.size, takeaway: "A cut can be improved; a touch cannot.",
  },
  {
    chip: "Two prices", use: "views", question: "Why do I pay to grow the ball, and pay to move the line?",
    text: "The ball and the line do not meet. Either the budget grows, or the line moves closer and fits worse. One unit of ball is worth a certain length of line; counted in loss, that exchange rate is the price, the slope of the frontier.",
    set: { ...LINE, form: "budget", budget: 0.6, view: "prices" }, task: "Close the gap: grow the ball by its handle until it reaches the line.",
    done: ({ touch, picture }) => touch.value < 1e-4 && touch.t >= picture.enough * 0.985, takeaway: "Two ways to pay for one gap; the price is their exchange rate.",
  },
  {
    chip: "Does it matter?", use: "views", question: "How much does it matter in practice?",
    text: "With few measurements and many unknowns, the corner decides everything: the same 50 equations in 100 unknowns give 50 coefficients with L1 and 100 with L2: half the features to measure, store and explain. (The command normball tour measures it on real data.)",
    set: { ...LINE, view: "odds", odds: "dimensions", odds_p: 100, odds_m: 50 }, task: "Raise the unknowns to 1,000 and compare the zeros.",
    done: ({ state }) => state.odds_p === 1000, takeaway: "The more unknowns, the more a corner saves.",
  },
  {
    chip: "Can the ellipse touch a side?", use: "views", question: "May an ellipse not touch the side?",
    text: "It may, and does when its best fit lies in the strip that the side faces. The corner's wedge is wide, the side's strip only as wide as the side.",
    set: { ...ELLIPSE, budget: 1, cx: 1.1, cy: 1.3, ellipse_ratio: 1.2, view: "odds", odds: "plane" }, task: "Drag the best fit until the touch is on a corner, then look at the map.",
    done: ({ touch }) => touch.corner && touch.zeros === 1, takeaway: "The side catches a strip of best fits, the corner everything beyond.",
  },
  {
    chip: "When the side?", use: "dials", question: "When does it touch the side, as a function of budget and optimum?",
    text: "For a round level set: when the two coefficients c₁ and c₂ of the best fit differ by less than the budget. A small budget makes the strip narrow, so the smaller the ball, the sparser the answer.",
    set: { ...ELLIPSE, ellipse_ratio: 1, cx: 1.2, cy: 1.7, budget: 1.2, trail: true }, task: "Here c₂ − c₁ = 0.5. Shrink the ball until w₁ becomes zero, and read the budget.",
    done: ({ touch }) => touch.w[0] === 0 && touch.t > 0, takeaway: "On the side while |c₁ − c₂| < budget, on the corner from there on.",
  },
  {
    chip: "One bill", use: "dials", question: "Why is the touching contour the same as loss + α × norm?",
    text: "At the contact the loss falls straight out of the ball, by α for each unit of norm: a step outwards gains what it costs, and no other step gains anything. So loss + α × norm is smallest exactly there. Hold the price α instead of the budget, and you get the same point.",
    set: { ...ELLIPSE, form: "budget", budget: 1 }, task: "Move the price dial and watch budget and target follow.",
    done: ({ state, before }) => state.form === "alpha" && !!before && Math.abs(state.alpha - before.alpha) > 1e-9, takeaway: "Budget, price and target are three names of one point.",
  },
  {
    chip: "Copies", use: "setup", question: "What if two features are copies?",
    text: "Then only the sum w₁ + w₂ matters: the level sets are parallel to the diamond's side. The whole side is optimal, and which point a program reports is arbitrary.",
    set: { ...LINE, angle: 45, offset: 1, ghost: "none" }, task: "Choose the L2 ball: it shares the weight equally.",
    done: ({ state }) => state.norm === "l2" || state.norm === "elastic_net", takeaway: "L1 cannot choose between copies; a round part can.",
  },
  {
    chip: "Price zero", use: "views", question: "What if the best fit is inside the ball?",
    text: "Then nothing touches. The budget does not bind, the best fit is the answer, and a unit of norm is worth nothing: the price is 0.",
    set: { ...ELLIPSE, cx: 0.4, cy: 0.5, budget: 1.4 }, task: "Drag the best fit out of the ball until the price is positive.",
    done: ({ touch }) => !touch.inside && touch.alpha > 0, takeaway: "A price is positive only where the ball holds you back.",
  },
];

const zeroIndex = (w) => w.findIndex((x) => x === 0);

/** What a task compares with: how things stood when the question was opened. */
export function startOf(story, scene) {
  const touch = scene.touch.value;
  return { story, zero: zeroIndex(touch.w), alpha: touch.alpha };
}
