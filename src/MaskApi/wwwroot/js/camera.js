import { createCanvas, sizeOf } from './drawing.js';

/** Longest side of a frame that is sent, in pixels: the detector uses less, and a small frame travels fast. */
const liveSide = 960;

/** Longest wait after a refusal, in seconds. */
const longestPause = 10;

/** The live camera. Only one frame is in flight, and the next one is always the newest, so requests cannot pile up. */
export class Camera {
  #video = document.getElementById('video');
  #stream = null;
  #stopping = null;
  #facing = 'user';

  /** Whether the browser lets this page ask for a camera; without HTTPS, only on localhost. */
  static get available() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /** Whether the picture is mirrored, as people expect of a camera that faces them. */
  get mirrored() {
    return this.#stream?.getVideoTracks()[0].getSettings().facingMode !== 'environment';
  }

  get running() {
    return this.#stream !== null;
  }

  get video() {
    return this.#video;
  }

  /** Starts the camera. */
  async start() {
    this.stop();
    const stopping = new AbortController();
    this.#stopping = stopping;
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: this.#facing, width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
    if (stopping.signal.aborted) {
      stream.getTracks().forEach(track => track.stop());
      return;
    }

    this.#stream = stream;
    this.#video.srcObject = stream;
    await this.#video.play();
  }

  /** Whether there is another camera to switch to. */
  async hasOther() {
    return (await navigator.mediaDevices.enumerateDevices()).filter(device => device.kind === 'videoinput').length > 1;
  }

  /** Uses the other camera from the next start on. */
  flip() {
    this.#facing = this.#facing === 'user' ? 'environment' : 'user';
  }

  stop() {
    this.#stopping?.abort();
    this.#stream?.getTracks().forEach(track => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /**
   * Sends frames until stopped.
   * @param judge takes a frame and a signal, returns the answer
   * @param onAnswer called with each answer, the milliseconds it took, and the frame as a canvas
   * @param onProblem called with what went wrong; the loop continues only if that includes a time to wait
   */
  async run(judge, onAnswer, onProblem) {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#nextFrame();
        const started = performance.now();
        const frame = this.#draw(liveSide);
        const answer = await judge(await toJpeg(frame, 0.8), signal);
        if (!signal.aborted) {
          onAnswer(answer, performance.now() - started, frame);
        }
      } catch (error) {
        if (signal.aborted) {
          return;
        }

        onProblem(error);
        if (!error.retryAfter) {
          return;
        }

        await new Promise(resolve => setTimeout(resolve, Math.min(error.retryAfter, longestPause) * 1000));
      }
    }
  }

  /** The current frame as JPEG. */
  grab() {
    return toJpeg(this.#draw(), 0.92);
  }

  /** The current frame, scaled to a maximum side. */
  #draw(longest = Infinity) {
    const [width, height] = sizeOf(this.#video);
    const scale = Math.min(1, longest / Math.max(width, height));
    const canvas = createCanvas(Math.round(width * scale), Math.round(height * scale));
    canvas.getContext('2d').drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  /** Resolves when a new frame is visible: not while the page is hidden, and never after the camera has stopped. */
  #nextFrame() {
    return new Promise(resolve => this.#video.requestVideoFrameCallback
      ? this.#video.requestVideoFrameCallback(resolve)
      : requestAnimationFrame(resolve));
  }
}

function toJpeg(canvas, quality) {
  return new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', quality));
}
