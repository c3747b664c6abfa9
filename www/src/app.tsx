/** The frame: what is seen depends on where the visitor stands. */
import { FilesView } from './files';
import { ProblemsView } from './problems';
import { ResultView } from './result';
import { chooseAgain, makePlan, missing, status, type Status } from './state';

export function App() {
  const now = status.value;
  return (
    <>
      <header class="top">
        <div class="wide">
          <span class="brand">
            <Mark /> Replenish
          </span>
          {now.kind === 'choosing' ? (
            <span class="soft">what to buy, from whom, and why</span>
          ) : (
            <button type="button" onClick={chooseAgain}>
              {now.kind === 'working' ? 'Cancel' : 'Other files'}
            </button>
          )}
        </div>
      </header>
      <main class="wide">
        <View now={now} />
      </main>
      <footer class="wide">
        <p>
          Your files stay in this browser: the engine runs inside the page, which may not connect to
          anybody else.
        </p>
      </footer>
    </>
  );
}

function View({ now }: { now: Status }) {
  switch (now.kind) {
    case 'choosing':
      return <FilesView />;
    case 'working':
      return <Working step={now.step} />;
    case 'planned':
      return <ResultView plan={now.plan} milliseconds={now.milliseconds} />;
    case 'refused':
      return <ProblemsView problems={now.problems} />;
    case 'failed':
      return <Failed message={now.message} />;
  }
}

const STEPS = {
  reading: 'Reading the sample company',
  loading: 'Loading the engine',
  planning: 'Forecasting demand, comparing offers, allocating orders',
};

function Working({ step }: { step: keyof typeof STEPS }) {
  return (
    <section class="card alone" aria-busy="true">
      <h1>Planning</h1>
      <p role="status">{STEPS[step]} …</p>
      <progress aria-label="Planning" />
    </section>
  );
}

function Failed({ message }: { message: string }) {
  return (
    <section class="card alone" role="alert">
      <h1>This did not work</h1>
      <p>{message}</p>
      <p class="soft">Nothing is wrong with your files; they are kept as they were chosen.</p>
      {missing.value.length === 0 && (
        <button type="button" class="main" onClick={makePlan}>
          Try again
        </button>
      )}
    </section>
  );
}

/** Stock that falls and is filled up again. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <path class="mark-line" d="M6 9l7 13V9l7 13V9l6 11" />
    </svg>
  );
}
