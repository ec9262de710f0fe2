import { badge, create, createButton } from './elements.js';
import { verdicts } from './verdicts.js';

/** Faces by verdict: numbers that serve as legend, and as buttons that filter. */
export class VerdictFilter {
  #list;

  /**
   * @param list the list to fill
   * @param onFilter called with the label to filter by, or null for all
   */
  constructor(list, onFilter) {
    this.#list = list;
    // Created once, so a pressed button keeps the keyboard focus.
    list.replaceChildren(...Object.entries(verdicts).map(([label, { words }]) => {
      const button = createButton('', badge(label), create('b', '', ''), ' ', create('span', '', words));
      button.dataset.label = label;
      button.addEventListener('click', () => onFilter(button.getAttribute('aria-pressed') === 'true' ? null : label));
      return create('li', '', button);
    }));
  }

  /**
   * Shows the numbers.
   * @param summary the numbers of all faces, filtered or not; null hides them
   * @param only the label that is filtered by; null for all
   */
  show(summary, only) {
    this.#list.hidden = !summary?.faces;
    for (const button of summary ? this.#list.querySelectorAll('button') : []) {
      const { label } = button.dataset;
      const count = summary[verdicts[label].counted];
      button.classList.toggle('none', count === 0);
      button.setAttribute('aria-pressed', label === only);
      button.querySelector('b').textContent = count;
    }
  }
}
