/** Pictures that a person has chosen: `{ file, name, url, detection?, roundTrip?, problem? }`. */

import { createCanvas } from './drawing.js';
import { drawRedacted } from './redaction.js';

/** Loads a picture into an image element; false if the browser cannot show it. */
export async function load(picture, image) {
  picture.still ??= stillOf(picture);
  image.src = await picture.still;
  return image.decode().then(() => true, () => false);
}

/**
 * A picture to cut faces from; null if the browser cannot show it.
 * @param picture the picture
 * @param faces its faces
 * @param redaction `none`, `blur` or `pixelate`
 */
export async function visibleCopy(picture, faces, redaction) {
  const image = new Image();
  if (!await load(picture, image)) {
    return null;
  }

  if (redaction === 'none') {
    return image;
  }

  const copy = createCanvas(0, 0);
  drawRedacted(copy, image, faces, redaction);
  return copy;
}

/** The URL to show a picture by. Only the first frame of an animation is classified, so only that is shown. */
async function stillOf({ file, url }) {
  if (file.type !== 'image/gif') {
    return url;
  }

  try {
    const frame = await createImageBitmap(file);
    const canvas = createCanvas(frame.width, frame.height);
    canvas.getContext('2d').drawImage(frame, 0, 0);
    return canvas.toDataURL();
  } catch {
    return url;
  }
}
