/** Node's Buffer, which a page has to bring for the oldest matrix-js-sdk: its bundle gets it from here. */
export { Buffer } from "buffer/";
