/**
 * An event, or a part of one, as it really arrives. The types of the wire have the fields that LiveKit's have, since
 * programs that read them must compile; gateways leave fields out or send `null`, so here they are read with care.
 */
export type Loose<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer Each)[]
    ? Loose<Each>[]
    : T extends object
      ? { [Key in keyof T as Key extends Sure ? Key : never]: T[Key] } & {
          [Key in keyof T as Key extends Sure ? never : Key]?: Loose<T[Key]> | null;
        }
      : T;

/** Without these nothing could be made of an event. */
type Sure = 'type' | 'id' | 'item_id' | 'response_id';
