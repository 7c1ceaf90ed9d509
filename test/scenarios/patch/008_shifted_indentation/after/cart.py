class Cart:
    def __init__(self):
        self.items = []

    def add(self, item):
        if item is None:
            raise ValueError('no item')
        self.items.append(item)

    def size(self):
        return len(self.items)
