/** As much of mocha's globals as the tests use. The test runner brings mocha, but not its types. */

interface TestContext {
  /** Milliseconds; for a test that takes longer than others by its nature. */
  timeout(milliseconds: number): this;
  /** How often a test that fails is run again. */
  retries(count: number): this;
  skip(): never;
}

type TestBody = (this: TestContext) => void | Promise<void>;

interface TestDeclaration {
  (title: string, body: TestBody): void;
  only(title: string, body: TestBody): void;
  skip(title: string, body?: TestBody): void;
}

interface SuiteDeclaration {
  (title: string, body: (this: TestContext) => void): void;
  only(title: string, body: (this: TestContext) => void): void;
  skip(title: string, body: (this: TestContext) => void): void;
}

declare const describe: SuiteDeclaration;
declare const it: TestDeclaration;
declare function before(body: TestBody): void;
declare function after(body: TestBody): void;
declare function beforeEach(body: TestBody): void;
declare function afterEach(body: TestBody): void;
