import { styleOf } from './verdicts.js';

const svg = 'http://www.w3.org/2000/svg';

/** An element with a class, '' for none, and content. */
export function create(name, className, ...content) {
  const element = document.createElement(name);
  if (className) {
    element.className = className;
  }

  element.append(...content);
  return element;
}

/** A button that submits nothing. */
export function createButton(className, ...content) {
  const button = create('button', className, ...content);
  button.type = 'button';
  return button;
}

/** The icon of a label: not everyone can tell colors apart. */
export function icon(label) {
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#icon-${styleOf(label)}`);
  const sign = document.createElementNS(svg, 'svg');
  sign.setAttribute('aria-hidden', true);
  sign.append(use);
  return sign;
}

/** The icon of a label on its color. */
export function badge(label) {
  return create('span', `badge ${styleOf(label)}`, icon(label));
}

/** A bar that is filled to a share of its width; screen readers get the number that stands beside it. */
export function meter(share) {
  const filling = create('i', '');
  filling.style.width = `${share * 100}%`;
  return create('span', 'meter', filling);
}
