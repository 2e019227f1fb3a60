"""Listens to WAV files of 16 kHz, one path a line on stdin, and prints what was said in each as a JSON list."""

import json
import sys
import wave

from pocketsphinx import Decoder


def words_in(path):
    with wave.open(path) as file:
        samples = file.readframes(file.getnframes())
    # A decoder adapts to what it heard: each utterance gets a fresh one, so that the order does not matter.
    decoder = Decoder(samprate=16000, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(samples, False, True)
    decoder.end_utt()
    heard = decoder.hyp()
    return heard.hypstr if heard else ""


print(json.dumps([words_in(path) for path in sys.stdin.read().splitlines()]))
