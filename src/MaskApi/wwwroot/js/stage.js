import { create, icon } from './elements.js';
import { drawRedacted } from './redaction.js';
import { describe, percent, styleOf } from './verdicts.js';
import { Zoom } from './zoom.js';

/** Boxes narrower than this share of the frame get an icon instead of words, which would cover their neighbors. */
const narrow = 0.12;

/** Height that a label needs, in CSS pixels. */
const labelHeight = 48;

/** With more faces than this, small ones get no icon either. */
const crowd = 40;

/** A picture, still or live, with the boxes of its faces over it. */
export class Stage {
  #frame = document.getElementById('frame');
  #view = document.getElementById('view');
  #image = document.getElementById('image');
  #redacted = document.getElementById('redacted');
  #boxes = document.getElementById('boxes');
  #unseen = document.getElementById('unseen');
  #zoom = new Zoom(this.#frame, this.#view, () => this.#fit());

  /**
   * @param onPoint called with the index of the face under the pointer, or null
   * @param onOpen called with the index of a face that was pressed
   */
  constructor(onPoint, onOpen) {
    const at = event => {
      const box = event.target.closest('.face');
      return box ? Number(box.dataset.index) : null;
    };
    this.#boxes.addEventListener('pointerover', event => event.pointerType === 'mouse' && onPoint(at(event)));
    this.#boxes.addEventListener('pointerleave', event => event.pointerType === 'mouse' && onPoint(null));
    this.#boxes.addEventListener('click', event => at(event) !== null && onOpen(at(event)));
  }

  /** What is on the stage, as far as it may be seen: the picture, its redacted copy, or null where there is none to see. */
  get source() {
    const redacting = this.#frame.classList.contains('redacting');
    return this.#image.hidden || !this.#unseen.hidden ? null : redacting ? this.#redacted : this.#image;
  }

  /** Shows the whole picture again. */
  resetZoom() {
    this.#zoom.reset();
  }

  /** Sets the frame's aspect ratio. */
  shape(width, height, mirrored = false) {
    this.#frame.style.setProperty('--ratio', width / height);
    this.#frame.classList.toggle('mirrored', mirrored);
  }

  /** Says what the picture shows, and instead of it, why it cannot be seen; null if it can. */
  describe(text, unseen = null) {
    this.#image.alt = text;
    this.#redacted.setAttribute('aria-label', text);
    this.#unseen.hidden = unseen === null;
    this.#unseen.textContent = unseen;
  }

  /**
   * Shows a redacted copy instead of the picture, or the picture itself.
   * @param redaction `none`, `blur` or `pixelate`
   * @param source the picture, or a frame of the camera; null while its faces are unknown, which shows nothing
   * @param faces the faces to redact
   */
  redact(redaction, source = null, faces = []) {
    this.#frame.classList.toggle('redacting', redaction !== 'none');
    this.#redacted.hidden = redaction === 'none' || !source;
    if (!this.#redacted.hidden) {
      drawRedacted(this.#redacted, source, faces, redaction);
    }
  }

  /** Draws the boxes of an answer. Faces come largest first, so small ones end up on top. */
  draw(faces, { mirrored = false, image = null } = {}) {
    this.#boxes.classList.toggle('crowd', faces.length > crowd);
    this.#boxes.replaceChildren(...faces.map((face, index) => createBox(face, index, mirrored)));
    this.#fit();
    if (image) {
      for (const point of faces.flatMap(face => Object.values(face.landmarks ?? {}))) {
        const dot = create('span', 'point');
        place(dot, { left: mirror(point.x / image.width, 0, mirrored), top: point.y / image.height });
        this.#boxes.append(dot);
      }
    }
  }

  /** Marks one face; null for none. */
  mark(index) {
    this.#boxes.classList.toggle('marking', index !== null);
    for (const box of this.#boxes.querySelectorAll('.face')) {
      box.classList.toggle('marked', Number(box.dataset.index) === index);
    }

    this.#boxes.querySelectorAll('.marked').forEach(box => this.#settle(box));
  }

  /** Chooses labels that fit the boxes as large and where they are now. */
  #fit() {
    const height = this.#view.clientHeight;
    for (const box of this.#boxes.querySelectorAll('.face')) {
      box.classList.toggle('small', parseFloat(box.style.width) * this.#zoom.scale < narrow * 100);
      box.classList.toggle('below', parseFloat(box.style.top) * height < labelHeight * 100);
    }

    this.#boxes.querySelectorAll('.face:not(.small)').forEach(box => this.#settle(box));
  }

  /** Shifts a label that would leave the frame: to the left, or along its box, which may begin out of sight. */
  #settle(box) {
    const label = box.querySelector('b');
    const { offsetLeft: left, offsetTop: top } = this.#view;
    const { clientWidth: width, clientHeight: height } = this.#frame;
    if (box.offsetLeft + left > width || box.offsetTop + top > height) {
      label.style.translate = 'none';
      return;
    }

    const across = shift(box.offsetLeft, label.offsetWidth, -left, width, box.offsetWidth);
    const down = shift(box.offsetTop + label.offsetTop, label.offsetHeight, -top, height, box.offsetHeight);
    label.style.translate = `${across}px ${down}px`;
  }
}

function createBox(face, index, mirrored) {
  const { x, y, width, height } = face.relativeBox;
  const box = create('div', `face ${styleOf(face.label)}`, create('b', '',
    icon(face.label),
    create('span', '', `${describe(face.label)} ${percent(face.confidence)}`),
    create('small', '', `face ${percent(face.detectionConfidence)}, ${Math.round(face.box.width)} × ${Math.round(face.box.height)} px`)));
  box.dataset.index = index;
  place(box, { left: mirror(x, width, mirrored), top: y, width, height });
  return box;
}

/**
 * How far to move something so that it comes into sight, in CSS pixels.
 * @param at where it begins
 * @param size its size
 * @param from where the part in sight begins
 * @param room the size of that part
 * @param along the size of the box that it belongs to and may not outrun
 */
function shift(at, size, from, room, along) {
  const wanted = Math.min(Math.max(at, from), from + room - size) - at;
  return Math.max(-Math.max(size, along), Math.min(wanted, Math.max(0, along - size)));
}

function mirror(x, width, mirrored) {
  return mirrored ? 1 - x - width : x;
}

/** Positions an element in fractions of the picture, through the object model, which a strict style policy allows. */
function place(element, sides) {
  for (const [side, fraction] of Object.entries(sides)) {
    element.style[side] = `${fraction * 100}%`;
  }
}
