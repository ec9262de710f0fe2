/** Largest magnification: a picture of 50 megapixels is then larger than life on most screens. */
const maxScale = 16;

/** One press of a button or key. */
const step = 1.5;

/** Share of the frame by which an arrow key moves the picture. */
const stride = 0.15;

/** Movement in CSS pixels that makes a press a drag. */
const dragFrom = 5;

/** Most that one event of a wheel counts, in pixels: a notch of a mouse and a finger's width on a touchpad should feel alike. */
const maxWheel = 40;

/**
 * Enlarges what is in a frame and moves it about: with Ctrl and the wheel (without it, the wheel scrolls the page), two fingers, buttons
 * and keys. What is inside grows by its layout, so lines and text over the picture stay sharp and as thick as they are.
 */
export class Zoom {
  #frame;
  #view;
  #onChange;
  #reset = document.getElementById('zoom-reset');
  #scale = 1;
  #left = 0;
  #top = 0;
  #pointers = new Map();
  #dragging = false;

  /**
   * @param frame the frame, which takes the keyboard focus
   * @param view what it frames
   * @param onChange called when the picture was enlarged or moved
   */
  constructor(frame, view, onChange) {
    this.#frame = frame;
    this.#view = view;
    this.#onChange = onChange;
    document.getElementById('zoom-in').addEventListener('click', () => this.#by(step));
    document.getElementById('zoom-out').addEventListener('click', () => this.#by(1 / step));
    this.#reset.addEventListener('click', () => this.reset());
    frame.addEventListener('keydown', event => this.#press(event));
    frame.addEventListener('wheel', event => this.#turn(event), { passive: false });
    // One finger scrolls the page, as anywhere, until the picture is enlarged; two are never the browser's.
    for (const type of ['touchstart', 'touchmove']) {
      frame.addEventListener(type, event => event.touches.length > 1 && event.preventDefault(), { passive: false });
    }

    frame.addEventListener('pointerdown', event => event.button === 0 && this.#pointers.set(event.pointerId, event));
    // Also outside the frame.
    addEventListener('pointermove', event => this.#pointers.has(event.pointerId) && this.#move(event));
    for (const end of ['pointerup', 'pointercancel']) {
      addEventListener(end, event => this.#release(event));
    }

    // The end of a drag is not a click.
    frame.addEventListener('click', event => this.#dragging && event.stopPropagation(), { capture: true });
  }

  get scale() {
    return this.#scale;
  }

  /** Shows the whole picture. */
  reset() {
    this.#set(1, 0, 0);
  }

  /** Magnifies; the point of the frame that is given, in shares of its size, stays where it is. */
  #by(factor, x = 0.5, y = 0.5) {
    const scale = Math.min(maxScale, Math.max(1, this.#scale * factor));
    const ratio = scale / this.#scale;
    this.#set(scale, x - (x - this.#left) * ratio, y - (y - this.#top) * ratio);
  }

  /** The picture always fills the frame. */
  #set(scale, left, top) {
    const within = offset => Math.min(0, Math.max(1 - scale, offset));
    [this.#scale, this.#left, this.#top] = [scale, within(left), within(top)];
    const { style } = this.#view;
    style.width = style.height = `${scale * 100}%`;
    style.left = `${this.#left * 100}%`;
    style.top = `${this.#top * 100}%`;
    this.#frame.classList.toggle('zoomed', scale > 1);
    this.#reset.textContent = `${Math.round(scale * 100)} %`;
    this.#onChange();
  }

  #press(event) {
    const action = {
      '+': () => this.#by(step),
      '=': () => this.#by(step),
      '-': () => this.#by(1 / step),
      '0': () => this.reset(),
      ...(this.#scale > 1 && {
        ArrowLeft: () => this.#set(this.#scale, this.#left + stride, this.#top),
        ArrowRight: () => this.#set(this.#scale, this.#left - stride, this.#top),
        ArrowUp: () => this.#set(this.#scale, this.#left, this.#top + stride),
        ArrowDown: () => this.#set(this.#scale, this.#left, this.#top - stride),
      }),
    }[event.key];
    if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      action();
    }
  }

  #turn(event) {
    // Browsers report two fingers on a touchpad as a wheel with Ctrl.
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * maxWheel;
      this.#by(Math.exp(-Math.max(-maxWheel, Math.min(maxWheel, pixels)) / 100), ...this.#place(event));
    }
  }

  #move(event) {
    if (event.buttons === 0) {
      // Let go where the browser did not see it.
      this.#release(event);
      return;
    }

    const before = this.#pointers.get(event.pointerId);
    const [other] = [...this.#pointers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
    if (!this.#dragging) {
      const far = Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) >= dragFrom;
      if (!far || (this.#scale === 1 && !other)) {
        return;
      }

      this.#dragging = true;
      this.#frame.classList.add('panning');
    }

    this.#pointers.set(event.pointerId, event);
    const [x, y] = this.#place(event);
    const [oldX, oldY] = this.#place(before);
    if (other) {
      // The other finger holds its point of the picture; this one changes the distance.
      const distance = from => Math.hypot(from.clientX - other.clientX, from.clientY - other.clientY);
      this.#by(distance(event) / Math.max(1, distance(before)), ...this.#place(other));
    } else {
      this.#set(this.#scale, this.#left + x - oldX, this.#top + y - oldY);
    }
  }

  #release(event) {
    if (this.#pointers.delete(event.pointerId) && this.#pointers.size === 0) {
      this.#frame.classList.remove('panning');
      // After the click that follows.
      setTimeout(() => { this.#dragging = false; });
    }
  }

  /** Where an event happened, in shares of the frame. */
  #place({ clientX, clientY }) {
    const { left, top, width, height } = this.#frame.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }
}
