"""The look-up by QR code: GS1 Digital Link resolver, consumer page, and the codes that were issued."""
