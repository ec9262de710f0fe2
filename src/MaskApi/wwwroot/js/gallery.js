import { create, createButton } from './elements.js';

/** Small pictures to choose from. */
export class Gallery {
  #list = document.getElementById('gallery');
  #onChoose;

  /** @param onChoose called with the index of the picture that was pressed */
  constructor(onChoose) {
    this.#onChoose = onChoose;
  }

  /** Shows pictures: `{ name, url }`. */
  show(pictures) {
    this.#list.hidden = pictures.length === 0;
    this.#list.replaceChildren(...pictures.map(({ name, url }, index) => {
      const image = create('img', '');
      image.src = url;
      image.alt = name;
      // Where the browser cannot show the picture, its name takes the place.
      image.addEventListener('error', () => image.replaceWith(create('em', '', name)));
      const button = createButton('', image, create('span', ''));
      button.addEventListener('click', () => this.#onChoose(index));
      return create('li', '', button);
    }));
  }

  /** Sets what is said of each picture: `{ text, failed }`. */
  caption(captions) {
    [...this.#list.children].forEach((entry, index) => {
      const { text, failed } = captions[index];
      entry.firstChild.classList.toggle('failed', failed);
      entry.querySelector('span').textContent = text;
    });
  }

  /** Marks the picture on the stage. */
  mark(current) {
    [...this.#list.children].forEach((entry, index) => entry.firstChild.setAttribute('aria-current', index === current));
  }

  /** Whether all of it is blurred: what is so small needs no closer look. */
  redact(redacting) {
    this.#list.classList.toggle('redacting', redacting);
  }
}
