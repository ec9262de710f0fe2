/**
 * Makes faces unrecognizable as the service's `FaceRedaction` does, so what is on the screen follows the sliders without a request. What is
 * downloaded comes from the service. A test compares the two.
 */

import { createCanvas, sizeOf } from './drawing.js';

/** Cells across a face. */
const cells = 3;

/** Least side of a cell in pixels. */
const minCell = 6;

/** What is redacted beyond a face's box, in sizes of the box, on each side. */
const margin = 0.2;

/** Longest side of the copy in pixels: some browsers cannot draw on larger ones. */
const longestSide = 4096;

/**
 * Copies a picture and redacts its faces.
 * @param canvas receives the copy
 * @param source the picture, video or canvas
 * @param faces the faces to redact
 * @param redaction `blur` or `pixelate`
 */
export function drawRedacted(canvas, source, faces, redaction) {
  const [width, height] = sizeOf(source);
  const scale = Math.min(1, longestSide / Math.max(width, height));
  [canvas.width, canvas.height] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  // Bilinear between the cells for a blur, squares otherwise.
  context.imageSmoothingEnabled = redaction === 'blur';
  context.imageSmoothingQuality = 'low';
  for (const { relativeBox } of faces) {
    const region = regionOf(relativeBox, canvas);
    if (region) {
      context.drawImage(means(context, region, scale), region.left, region.top, region.width, region.height);
    }
  }
}

/** What is redacted of a face; null where the box lies outside the picture. */
function regionOf({ x, y, width, height }, canvas) {
  const left = Math.max(0, Math.floor((x - width * margin) * canvas.width));
  const top = Math.max(0, Math.floor((y - height * margin) * canvas.height));
  const right = Math.min(canvas.width, Math.ceil((x + width * (1 + margin)) * canvas.width));
  const bottom = Math.min(canvas.height, Math.ceil((y + height * (1 + margin)) * canvas.height));
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null;
}

/** A tiny picture: a pixel for the mean color of each cell. */
function means(context, { left, top, width, height }, scale) {
  const across = side => Math.min(cells, Math.max(1, Math.floor(side / scale / minCell)));
  const [columns, rows] = [Math.min(across(width), width), Math.min(across(height), height)];
  const { data } = context.getImageData(left, top, width, height);
  const sums = new Float64Array(columns * rows * 4);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y * rows / height) * columns;
    for (let x = 0; x < width; x++, at += 4) {
      const cell = (row + Math.floor(x * columns / width)) * 4;
      sums[cell] += data[at];
      sums[cell + 1] += data[at + 1];
      sums[cell + 2] += data[at + 2];
      sums[cell + 3]++;
    }
  }

  const tiny = createCanvas(columns, rows);
  const pixels = new ImageData(columns, rows);
  pixels.data.set(sums.map((sum, index) => index % 4 === 3 ? 255 : Math.round(sum / sums[index - index % 4 + 3])));
  tiny.getContext('2d').putImageData(pixels, 0, 0);
  return tiny;
}
