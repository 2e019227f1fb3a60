import { sampleRate, type Conversation } from '../record.ts';
import { waveFile } from '../wave-file.ts';

/**
 * Both voices for the page's player, at half the rate: a third of the bytes, and without the carrier, which lies above
 * 5.5 kHz. The WAV files beside the report have all of it.
 */
export function playerAudio({ caller, agent }: Conversation): string {
  const mixed = Float32Array.from(caller, (value, index) => (value + agent[index]!) * 0.9);
  return `data:audio/wav;base64,${waveFile([halfRate(mixed)], sampleRate / 2).toString('base64')}`;
}

function halfRate(samples: Float32Array): Int16Array {
  const reach = 31;
  const cutoff = 0.22;
  const taps = Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const distance = index - reach;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1));
    return window * (distance === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * distance) / (Math.PI * distance));
  });
  return Int16Array.from({ length: samples.length >> 1 }, (_, index) => {
    let sum = 0;
    for (let tap = -reach; tap <= reach; tap++) sum += taps[tap + reach]! * (samples[2 * index + tap] ?? 0);
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  });
}

/** Moves a line along while the sound plays, and lets a click on the time line seek. Without it the page is complete. */
export const playerScript = `
for (const section of document.querySelectorAll('.conversation')) {
  const audio = section.querySelector('audio');
  const timeline = section.querySelector('.timeline');
  const playhead = section.querySelector('.playhead');
  const gutter = Number(timeline.dataset.gutter);
  const total = Number(timeline.dataset.total) / 1000;
  const follow = () => {
    playhead.hidden = audio.paused && audio.currentTime === 0;
    playhead.style.left = 100 * (gutter + (1 - gutter) * audio.currentTime / total) + '%';
    if (!audio.paused) requestAnimationFrame(follow);
  };
  audio.addEventListener('play', follow);
  audio.addEventListener('seeked', follow);
  timeline.addEventListener('click', (event) => {
    const box = timeline.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width - gutter) / (1 - gutter);
    if (share >= 0) audio.currentTime = Math.min(1, share) * total;
  });
}`;
