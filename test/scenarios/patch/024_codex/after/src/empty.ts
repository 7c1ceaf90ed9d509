export const empty = [];
