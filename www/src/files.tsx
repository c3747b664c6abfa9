/** Where the visitor hands over files, or takes the sample. */
import { useSignal } from '@preact/signals';
import {
  fileMessage,
  files,
  makePlan,
  missing,
  planSample,
  removeFile,
  type Slot,
  SLOTS,
  takeDropped,
  takeFile,
  today,
} from './state';
import { SAMPLE_NAME } from './sample';

const ABOUT: Record<Slot, { title: string; text: string; columns: string }> = {
  demand: {
    title: 'Demand',
    text: 'What was wanted, day by day',
    columns: 'sku, date, quantity',
  },
  stock: {
    title: 'Stock',
    text: 'What lies on the shelf and what is coming',
    columns: 'sku, on_hand; reserved, on_order, default_supplier, service_level …',
  },
  offers: {
    title: 'Offers',
    text: 'What suppliers offer, one row a price break',
    columns: 'offer, supplier, sku, currency, min_quantity, unit_price, lead_time_days …',
  },
  terms: {
    title: 'Terms',
    text: 'What suppliers ask of whole orders; optional',
    columns: 'supplier, currency; minimum_order_value, freight, free_freight_from',
  },
};

export function FilesView() {
  const over = useSignal(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    over.value = false;
    void takeDropped([...(event.dataTransfer?.files ?? [])]);
  };
  return (
    <>
      <div class="hero">
        <h1>What should you buy today, from whom, and why?</h1>
        <p class="lead">
          Three CSV files in, a purchase plan out: forecast with its uncertainty, what must be bought
          and when, every offer compared at landed cost, and how much cheaper it could be at most.
        </p>
        <p class="start">
          <button type="button" class="main" onClick={() => void planSample()}>
            Open the sample company
          </button>
          <span class="soft">{SAMPLE_NAME}: 200 articles, 8 suppliers, a year of demand</span>
        </p>
      </div>
      <form
        class={over.value ? 'card files over' : 'card files'}
        aria-labelledby="own-files"
        onDragOver={(event) => {
          event.preventDefault();
          over.value = true;
        }}
        onDragLeave={() => (over.value = false)}
        onDrop={drop}
        onSubmit={(event) => {
          event.preventDefault();
          makePlan();
        }}
      >
        <header>
          <h2 id="own-files">Your own files</h2>
          <span class="soft">drop them here together, or choose them one by one</span>
        </header>
        <ul class="slots">
          {SLOTS.map((slot) => (
            <FileSlot key={slot} slot={slot} />
          ))}
        </ul>
        <p class="warn-text" role="status">
          {fileMessage.value}
        </p>
        <div class="go">
          <label for="today">Today is</label>
          <input
            id="today"
            type="date"
            required
            value={today.value}
            onInput={(event) => (today.value = event.currentTarget.value)}
          />
          <button type="submit" class="main" disabled={missing.value.length > 0}>
            Plan
          </button>
          {missing.value.length > 0 && (
            <span class="soft">still missing: {missing.value.join(', ')}</span>
          )}
        </div>
      </form>
    </>
  );
}

function FileSlot({ slot }: { slot: Slot }) {
  const { title, text, columns } = ABOUT[slot];
  const file = files.value[slot];
  return (
    <li class={file ? 'slot filled' : 'slot'}>
      <div>
        <b>{title}</b> <span class="soft about">{text}</span>
        <code>{columns}</code>
      </div>
      <div class="pick">
        {file && (
          <>
            <span class="name">
              {file.name} <span class="soft">{size(file.bytes.length)}</span>
            </span>
            <button type="button" aria-label={`Remove ${title}`} onClick={() => removeFile(slot)}>
              Remove
            </button>
          </>
        )}
        <label class="button">
          <input
            type="file"
            accept=".csv,text/csv"
            class="hidden"
            data-slot={slot}
            aria-label={`Choose ${title}`}
            onChange={({ currentTarget }) => {
              const [chosen] = currentTarget.files ?? [];
              if (chosen) void takeFile(slot, chosen);
              // The same file, once corrected, must count as a change.
              currentTarget.value = '';
            }}
          />
          {file ? 'Change' : 'Choose'}
        </label>
      </div>
    </li>
  );
}

function size(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`;
}
