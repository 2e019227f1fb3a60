"""Brings the cases of Autobahn's testsuite, which are Python 2, to Python 3: port.py SOURCE TARGET

Only what asks and judges is taken, and neither is changed: groups 1 to 7 and 10. Group 9 measures, 12 and 13 compress. In Python 2 a string was a string of bytes: here it is one of
Latin-1, a character for each byte, until octets.py turns it into what the wire wants.
"""

import re
import sys
from pathlib import Path

CHANGES = [
    (r'(?m)^#.*coding[:=].*$', ''),
    (r'(?m)^(\s*)print\b *(.*)$', r'\1print(\2)'),
    (r'\bxrange\(', 'range('),
    (r'\(object, Case, *\)', '(Case,)'),
    (r'import binascii', 'import octets as binascii'),
    (r'from autobahn\.websocket\.utf8validator import', 'from octets import'),
    (r'len\(self\.payload\) / ', 'len(self.payload) // '),
]

source, target = map(Path, sys.argv[1:])
for file in source.iterdir():
    if not re.match(r'case(?:[1-7]_|10_|\.py$)', file.name):
        continue
    text = file.read_text('latin-1')
    for pattern, replacement in CHANGES:
        text = re.sub(pattern, replacement, text)
    target.joinpath(file.name).write_text('# coding: latin-1\n' + text, 'latin-1')
