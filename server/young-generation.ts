/**
 * Keeps V8's young generation small. What is new here dies within a picture or lives as long as its connection, so a larger
 * one saves nothing; but whenever many connect at once it would grow to twice 16 MB, be kept for as long as they watch,
 * and be given back by collections of the whole heap. To be imported before anything else: loading the program makes it grow.
 */
import { setFlagsFromString } from 'node:v8';

// Read by V8 whenever it would let it grow, so that it can be set while the program runs.
setFlagsFromString('--semi-space-growth-factor=1');
