// The plane coloured by what the contact would be with the best fit there.
import { makePicture, nearly } from "./geometry/forms.js";
import { quadratic } from "./geometry/losses.js";

export const FACES = [
  { name: "inside", text: "inside the ball", colour: null },
  { name: "w1", text: "w₁ = 0", colour: [0, 158, 115] },
  { name: "w2", text: "w₂ = 0", colour: [217, 154, 0] },
  { name: "corner", text: "a corner without zeros", colour: [139, 79, 168] },
  { name: "none", text: "no zero", colour: null },
];

function faceAt(norm, gram, t, c) {
  const cross = gram.map((row) => row[0] * c[0] + row[1] * c[1]);
  const found = nearly(makePicture(quadratic(gram, cross, 0, c), norm, 2), t);
  if (found.inside) return 0;
  if (!found.corner) return 4;
  return found.w[0] === 0 ? 1 : found.w[1] === 0 ? 2 : 3;
}

/**
 * Faces on a grid of n x n places, row by row from the top. Squares whose four corners agree are
 * filled as a whole, others are quartered; a best fit at -c gives the contact -w.
 */
export function faceMap(norm, gram, t, half, n = 256) {
  const faces = new Uint8Array(n * n).fill(255);
  const place = (k) => ((2 * k + 1) / n - 1) * half;
  const at = (i, j) => {
    const k = i * n + j;
    if (faces[k] === 255) faces[k] = faces[n * n - 1 - k] = faceAt(norm, gram, t, [place(j), -place(i)]);
    return faces[k];
  };
  const fill = (i, j, size) => {
    const last = size - 1;
    const face = at(i, j);
    const same = face === at(i + last, j) && face === at(i, j + last) && face === at(i + last, j + last);
    if (size === 1) return;
    if (!same || size > 8) {
      for (const a of [0, size / 2]) for (const b of [0, size / 2]) fill(i + a, j + b, size / 2);
      return;
    }
    for (let a = 0; a < size; a++) faces.fill(face, (i + a) * n + j, (i + a) * n + j + size);
  };
  fill(0, 0, n);
  return faces;
}

/** A place well inside each face in the upper half: {face, i, j} in shares of the side. */
export function labelPlaces(faces, n) {
  const step = n / 32, cells = [];
  for (let a = 0; a < 32; a++) for (let b = 0; b < 32; b++) cells.push([a, b, faces[Math.floor((a + 0.5) * step) * n + Math.floor((b + 0.5) * step)]]);
  return [1, 2, 3, 4].flatMap((face) => {
    const others = cells.filter(([, , f]) => f !== face);
    let best = null, most = 2.2;
    for (const [a, b, f] of cells) {
      if (f !== face || a > 16) continue;
      const room = Math.min(a + 1, b + 0.2, 31.2 - b, ...others.map(([x, y]) => Math.hypot(x - a, 0.6 * (y - b))));
      if (room > most + 1e-9) { most = room; best = { face, x: (b + 0.5) / 32, y: (a + 0.5) / 32 }; }
    }
    return best ? [best] : [];
  });
}

/** The map as a PNG in a data address. */
export function mapImage(faces, n) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = n;
  const context = canvas.getContext("2d"), image = context.createImageData(n, n);
  faces.forEach((face, k) => {
    const { colour } = FACES[face];
    if (colour) image.data.set([...colour, 96], 4 * k);
  });
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
