import { drawFace } from './drawing.js';
import { badge, create, meter } from './elements.js';
import { describe, percent, probabilitiesOf, styleOf } from './verdicts.js';

/** Side of what is shown, in sizes of the face. */
const surroundings = 2;

/** One face, large, beside its figures. The browser's dialog keeps the focus, closes on Escape and gives the focus back. */
export class FaceDialog {
  #dialog = document.getElementById('face-dialog');
  #title = document.getElementById('face-title');
  #crop = document.getElementById('face-crop');
  #unseen = document.getElementById('face-unseen');
  #figures = document.getElementById('face-figures');
  #shown = 0;

  /** @param onClose called after it was closed */
  constructor(onClose) {
    document.getElementById('face-close').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('click', event => event.target === this.#dialog && this.#dialog.close());
    this.#dialog.addEventListener('close', onClose);
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /**
   * Shows a face.
   * @param face the face
   * @param title what to call it
   * @param source a promise of the picture, or a copy, to cut it from; of null where the browser cannot show it
   */
  async show(face, title, source) {
    const turn = ++this.#shown;
    this.#title.textContent = title;
    this.#crop.setAttribute('aria-label', `${title}: ${describe(face.label)}`);
    this.#crop.getContext('2d').clearRect(0, 0, this.#crop.width, this.#crop.height);
    this.#unseen.hidden = true;
    this.#figures.replaceChildren(...figures(face));
    this.#dialog.showModal();
    const picture = await source;
    // Another face may have been opened meanwhile.
    if (turn === this.#shown) {
      this.#crop.hidden = !picture;
      this.#unseen.hidden = Boolean(picture);
      if (picture) {
        drawFace(this.#crop, picture, face.relativeBox, surroundings);
      }
    }
  }

  close() {
    this.#dialog.close();
  }
}

function figures(face) {
  const verdict = create('p', 'what', badge(face.label), describe(face.label), create('span', 'sure', percent(face.confidence)));
  const bars = create('ul', 'bars', ...probabilitiesOf(face).map(({ label, words, value }) =>
    create('li', styleOf(label), create('span', '', words), create('span', 'sure', `${(value * 100).toFixed(2)} %`), meter(value))));
  const list = create('dl', '');
  for (const [name, value] of [
    ['Detection confidence', percent(face.detectionConfidence)],
    ['Size', `${Math.round(face.box.width)} × ${Math.round(face.box.height)} px`],
    ['Position (left, top)', `${Math.round(face.box.x)}, ${Math.round(face.box.y)} px`],
  ]) {
    list.append(create('dt', '', name), create('dd', '', value));
  }

  return [verdict, create('h3', '', 'Probabilities'), bars, list];
}
