/** Pixels of pictures, for canvases. */

import { create } from './elements.js';

/** Width and height of a picture, video or canvas, in pixels. */
export function sizeOf(source) {
  return source.naturalWidth !== undefined ? [source.naturalWidth, source.naturalHeight]
    : source.videoWidth !== undefined ? [source.videoWidth, source.videoHeight]
      : [source.width, source.height];
}

/** A new canvas of a size in pixels. */
export function createCanvas(width, height) {
  const canvas = create('canvas', '');
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

/**
 * Fills a square canvas with a face and its surroundings.
 * @param canvas the canvas
 * @param source the picture, video or canvas to cut from
 * @param box the face's `relativeBox`
 * @param margin side of the cut, in sizes of the face
 */
export function drawFace(canvas, source, box, margin) {
  const [width, height] = sizeOf(source);
  const side = Math.max(box.width * width, box.height * height) * margin;
  const [left, top] = [(box.x + box.width / 2) * width - side / 2, (box.y + box.height / 2) * height - side / 2];
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, left, top, side, side, 0, 0, canvas.width, canvas.height);
}
