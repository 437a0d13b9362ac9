/** A form of the access screens: sends once at a time and says why it was refused. */
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Refusal } from './api.ts';

interface FormProps {
  readonly label: string;
  /** Said when the relay is away. */
  readonly failed: string;
  readonly testId: string;
  /** The fields' values by name. Emptied afterwards, unless it rejects. */
  readonly onSend: (values: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly children: ComponentChildren;
}

export function Form({ label, failed, testId, onSend, children }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    setBusy(true);
    setProblem(null);
    try {
      await onSend(values);
      form.reset();
    } catch (error) {
      setProblem(error instanceof Refusal && error.message !== '' ? error.message : failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="access-form" onSubmit={send} data-testid={testId}>
      {children}
      {problem !== null && (
        <p class="access-problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="button primary" disabled={busy}>
        {label}
      </button>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'password' | 'number';
  readonly autoComplete?: string;
  readonly required?: boolean;
  readonly focused?: boolean;
}

export function Field({
  label,
  name,
  type = 'text',
  autoComplete = 'off',
  required = true,
  focused = false,
}: FieldProps) {
  const id = useId();
  const shared = {
    id,
    name,
    autoComplete,
    required,
    ref: (input: HTMLInputElement | null) => {
      if (focused) input?.focus();
    },
  };
  return (
    <label class="access-field" htmlFor={id}>
      <span>{label}</span>
      {type === 'number' && <input {...shared} type="number" min={1} />}
      {type === 'password' && <input {...shared} type="password" />}
      {type === 'text' && <input {...shared} type="text" />}
    </label>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly name: string;
  readonly options: readonly (readonly [value: string, text: string])[];
}

export function Choice({ label, name, options }: ChoiceProps) {
  return (
    <label class="access-field">
      <span>{label}</span>
      <select name={name}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
