/** Removes what an earlier build left, which would otherwise be published. */
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
