import { open } from './store';

export interface Order {
  id: string;
  total: number;
}

export function total(orders: Order[]): number {
  if (orders.length === 0) return 0;
  let sum = 0;
  for (const order of orders) {
    sum += order.total;
  }
  return sum;
}

export function find(orders: Order[], id: string): Order | undefined {
  return orders.find((order) => order.id === id);
}

export function save(order: Order): void {
  const store = open('all-orders');
  store.put(order.id, order);
}
