import { create, icon } from './elements.js';
import { describe, percent, styleOf } from './verdicts.js';

/** Boxes narrower than this share of the picture get an icon instead of words, which would cover their neighbors. */
const narrow = 0.12;

/** Height that a label needs, in CSS pixels. */
const labelHeight = 48;

/** With more faces than this, small ones get no icon either. */
const crowd = 40;

/** A picture, still or live, with the boxes of its faces over it. */
export class Stage {
  #frame = document.getElementById('frame');
  #boxes = document.getElementById('boxes');

  /** @param onPick called with the index of the face under the pointer, or null, and whether it was pressed */
  constructor(onPick) {
    const at = event => {
      const box = event.target.closest('.face');
      return box ? Number(box.dataset.index) : null;
    };
    this.#boxes.addEventListener('pointerover', event => event.pointerType === 'mouse' && onPick(at(event), false));
    this.#boxes.addEventListener('pointerleave', event => event.pointerType === 'mouse' && onPick(null, false));
    this.#boxes.addEventListener('click', event => onPick(at(event), true));
  }

  /** Sets the frame's aspect ratio. */
  shape(width, height, mirrored = false) {
    this.#frame.style.setProperty('--ratio', width / height);
    this.#frame.classList.toggle('mirrored', mirrored);
  }

  /** Draws the boxes of an answer. Faces come largest first, so small ones end up on top. */
  draw(faces, { mirrored = false, image = null } = {}) {
    this.#boxes.classList.toggle('crowd', faces.length > crowd);
    this.#boxes.replaceChildren(...faces.map((face, index) => this.#createBox(face, index, mirrored)));
    this.#boxes.querySelectorAll('.face:not(.small)').forEach(box => this.#settle(box));
    if (image) {
      for (const point of faces.flatMap(face => Object.values(face.landmarks ?? {}))) {
        const dot = create('span', 'point');
        place(dot, { left: mirror(point.x / image.width, 0, mirrored), top: point.y / image.height });
        this.#boxes.append(dot);
      }
    }
  }

  /** Highlights one face; null for none. */
  pick(index) {
    this.#boxes.classList.toggle('picking', index !== null);
    for (const box of this.#boxes.querySelectorAll('.face')) {
      box.classList.toggle('picked', Number(box.dataset.index) === index);
    }

    this.#boxes.querySelectorAll('.picked').forEach(box => this.#settle(box));
  }

  /** Shifts a label that would leave the frame on the right. */
  #settle(box) {
    const label = box.querySelector('b');
    const room = this.#frame.clientWidth - box.offsetLeft - label.offsetWidth;
    label.style.translate = `${Math.min(0, room)}px`;
  }

  #createBox(face, index, mirrored) {
    const { x, y, width, height } = face.relativeBox;
    const left = mirror(x, width, mirrored);
    const box = create('div', `face ${styleOf(face.label)}`);
    box.classList.toggle('small', width < narrow);
    box.classList.toggle('below', y * this.#frame.clientHeight < labelHeight);
    box.dataset.index = index;
    place(box, { left, top: y, width, height });
    box.append(create('b', '',
      icon(face.label),
      create('span', '', `${describe(face.label)} ${percent(face.confidence)}`),
      create('small', '', `face ${percent(face.detectionConfidence)}, ${Math.round(face.box.width)} × ${Math.round(face.box.height)} px`)));
    return box;
  }
}

function mirror(x, width, mirrored) {
  return mirrored ? 1 - x - width : x;
}

/** Positions an element in fractions of the frame, through the object model, which a strict style policy allows. */
function place(element, sides) {
  for (const [side, fraction] of Object.entries(sides)) {
    element.style[side] = `${fraction * 100}%`;
  }
}
