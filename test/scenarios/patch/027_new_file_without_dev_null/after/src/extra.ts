export const extra = 1;
export const more = 2;
