/** The colours of the theme as they are now, for canvases. */
export interface Palette {
  readonly text: string;
  readonly grid: string;
  readonly background: string;
  readonly font: string;
  readonly colors: readonly string[];
}

const colorNames = ['blue', 'purple', 'yellow', 'green', 'orange'] as const;

export function readPalette(place: HTMLElement): Palette {
  const style = getComputedStyle(place);
  const color = (name: string) => style.getPropertyValue(`--vscode-${name}`).trim();
  const text = color('descriptionForeground') || style.color;
  return {
    text,
    grid: gridColor(color('panel-border') || color('widget-border') || text),
    background: color('editor-background'),
    font: `11px ${style.fontFamily}`,
    colors: colorNames.map((name) => color(`charts-${name}`) || text),
  };
}

/** In high contrast every border is bright: lines that only help to read are drawn at a third of that. */
function gridColor(color: string): string {
  const isHighContrast = /vscode-high-contrast/.test(document.body.className);
  return isHighContrast ? `color-mix(in srgb, ${color} 33%, transparent)` : color;
}

/** Solid, hatched, dotted, outlined, crossed: a fill is told apart by its pattern as well as by its colour. */
export function fillOf(context: CanvasRenderingContext2D, palette: Palette, index: number): string | CanvasPattern {
  const color = palette.colors[index % palette.colors.length] ?? palette.text;
  const kind = index % palette.colors.length;
  if (kind === 0) return color;
  const tile = document.createElement('canvas');
  const size = 8;
  [tile.width, tile.height] = [size, size];
  const pen = tile.getContext('2d');
  if (!pen) return color;
  pen.fillStyle = kind === 2 ? color : palette.background;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = color;
  pen.lineWidth = kind === 1 ? 3.5 : 1.5;
  if (kind === 1 || kind === 4) diagonal(pen, size);
  if (kind === 4) {
    pen.translate(size, 0);
    pen.scale(-1, 1);
    diagonal(pen, size);
  }
  if (kind === 2) {
    pen.fillStyle = palette.background;
    pen.beginPath();
    pen.arc(size / 2, size / 2, 1.6, 0, 2 * Math.PI);
    pen.fill();
  }
  return context.createPattern(tile, 'repeat') ?? color;
}

function diagonal(pen: CanvasRenderingContext2D, size: number): void {
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
}
