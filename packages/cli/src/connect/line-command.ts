/** A command that a person can type at the terminal. */
export type LineCommand =
  | { readonly kind: 'connect'; readonly address: string | undefined }
  | { readonly kind: 'disconnect' | 'time' | 'members' | 'help' | 'quit' | 'nothing' }
  | { readonly kind: 'name'; readonly name: string | undefined }
  | { readonly kind: 'send'; readonly to: string | undefined; readonly text: string | undefined }
  | { readonly kind: 'read'; readonly file: string | undefined }
  | { readonly kind: 'unknown'; readonly word: string };

/** The menu in the order of its number keys. */
export const menu = ['connect', 'disconnect', 'time', 'name', 'members', 'send', 'quit'] as const;

const rest = (text: string): string | undefined => (text === '' ? undefined : text);

/** Reads a line: a number of the menu, or a word with what belongs to it. */
export function parseLineCommand(line: string): LineCommand {
  const [, first = '', after = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? [];
  const word = /^[1-7]$/.test(first) ? menu[Number(first) - 1]! : first.toLowerCase();
  switch (word) {
    case '':
      return { kind: 'nothing' };
    case 'connect':
      return { kind: word, address: rest(after) };
    case 'name':
      return { kind: word, name: rest(after) };
    case 'send': {
      const [, to = '', text = ''] = /^(\S*)\s*(.*)$/s.exec(after) ?? [];
      return { kind: word, to: rest(to), text: rest(text) };
    }
    case 'read':
      return { kind: word, file: rest(after) };
    case 'disconnect':
    case 'time':
    case 'members':
    case 'help':
    case 'quit':
      return { kind: word };
    case 'exit':
      return { kind: 'quit' };
    default:
      return { kind: 'unknown', word: first };
  }
}

export const helpText = `\
  1  connect [HOST:PORT]   join a hub
  2  disconnect            leave it
  3  time                  ask the hub for its time
  4  name [NAME]           the hub's name and yours; with NAME, take that one
  5  members               who is here
  6  send [ID TEXT]        send a message to a member
  7  quit                  leave and end; so do Ctrl-D and Ctrl-C
     read [FILE]           have a picture read
     help                  show this
Type a number or a word, then Enter.
`;
