namespace Slipway.SystemTests.Browser;

/// <summary>Text must stand out from what is behind it as WCAG 2 AA asks: 4.5 to 1.</summary>
internal static class Contrast
{
    /// <summary>Evaluates to the texts that do not, each with its ratio.</summary>
    public const string Script = """
        () => {
          const parse = text => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
          const light = ({ r, g, b }) => { const [x, y, z] = [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * x + .7152 * y + .0722 * z; };
          const behind = node => { for (; node; node = node.parentElement) { const back = parse(getComputedStyle(node).backgroundColor); if (back.a > .99) return back; } return { r: 255, g: 255, b: 255 }; };
          const bad = [];
          for (const node of document.querySelectorAll('body *')) {
            const text = [...node.childNodes].filter(child => child.nodeType === 3).map(child => child.data.trim()).join(' ').trim();
            if (!text || node.disabled || !node.checkVisibility() || getComputedStyle(node).opacity !== '1') continue;
            const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
            const ratio = (a + .05) / (b + .05);
            if (ratio < 4.5) bad.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
          }
          return bad;
        }
        """;
}
