"""Text of Latin-1 that stands for bytes, as the cases have it, and what they do with bytes."""

from autobahn.websocket import utf8validator


def to_bytes(text):
    return text.encode('latin-1') if isinstance(text, str) else text


def from_bytes(octets):
    return octets.decode('latin-1')


def b2a_hex(text):
    return to_bytes(text).hex()


class Utf8Validator(utf8validator.Utf8Validator):
    def validate(self, text):
        return super().validate(to_bytes(text))
