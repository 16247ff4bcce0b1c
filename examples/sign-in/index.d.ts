import type { MatrixClient } from "matrix-js-sdk";

export function signIn(parameters: URLSearchParams): Promise<MatrixClient>;
