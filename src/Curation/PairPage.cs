using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Curation;
using SVco.Core.Data;
using SVco.Curation.Output;
using SVco.Models.Files;
using SVco.Models.Images;

namespace SVco.Curation;

/// <summary>A page to look at pairs: images side by side, the texts' differing words marked, cosines, filters by type and source.</summary>
public static class PairPage
{
    const int ThumbnailSide = 256;

    /// <summary>Writes FILE.html beside a file of pairs; it needs nothing but itself.</summary>
    /// <param name="file">A file in the MVC format or a stage's .jsonl.</param>
    /// <param name="dataRoot">The folder that image paths are relative to.</param>
    /// <param name="limit">At most so many pairs; the page says how many there are.</param>
    /// <returns>A sentence that names the page.</returns>
    /// <exception cref="UserException">The file is missing or malformed.</exception>
    public static string Write(string file, string dataRoot, int limit)
    {
        var (pairs, total) = Pairs(file, limit);
        var page = Path.ChangeExtension(file, ".html");
        AtomicOutput.WriteFile(
            page,
            stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
                writer.Write(Head(file, pairs, total));
                foreach (var pair in pairs)
                {
                    writer.Write(Section(pair, dataRoot));
                }

                writer.Write(Script);
            }
        );
        return $"{page} shows {pairs.Length} of {total} pairs.";
    }

    static (ImmutableArray<Candidate> Pairs, int Total) Pairs(string file, int limit)
    {
        var details = SplitStage.DetailsOf(file);
        var lines =
            Path.GetExtension(file) == ".jsonl" ? file
            : File.Exists(details) && File.Exists(file) ? details
            : null;
        if (lines is not null)
        {
            return ([.. JsonLines.Read<Candidate>(lines, "split").Take(limit)], JsonLines.Read<JsonElement>(lines, "split").Count());
        }

        var data = MvcJson.Parse(
            File.Exists(file) ? File.ReadAllText(file) : throw new UserException($"{file} does not exist."),
            Path.GetFileName(file),
            ""
        );
        return ([.. data.Pairs.Take(limit).Select(FromMvc)], data.Pairs.Length);
    }

    static Candidate FromMvc(ContrastPair pair) =>
        new(
            pair.Source,
            "mvc",
            pair.Type,
            pair.Id,
            ((ImageSource.File)pair.W.Image).Path,
            ((ImageSource.File)pair.L.Image).Path,
            pair.W.Response,
            pair.L.Response
        )
        {
            Question = pair.Query,
            PositiveResponse = pair.W.Response,
            NegativeResponse = pair.L.Response,
        };

    static string Head(string file, ImmutableArray<Candidate> pairs, int total) =>
        $$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><title>{{Encoded(Path.GetFileName(file))}}</title>
            <style>
            body{font:15px/1.4 sans-serif;margin:1.5em;background:#fafafa;color:#222}
            section{background:#fff;border:1px solid #ddd;border-radius:6px;padding:1em;margin:1em 0}
            .sides{display:grid;grid-template-columns:1fr 1fr;gap:1em}
            img{max-width:100%;border-radius:4px;display:block;margin-bottom:.5em}
            mark{background:#ffe08a} .meta{color:#666;font-size:.85em} .question{font-weight:bold;margin:.4em 0}
            </style>
            <h1>{{Encoded(Path.GetFileName(file))}}</h1>
            <p><span id="shown">{{pairs.Length}}</span> shown; {{pairs.Length}} of {{total}} pairs are in this page.
            <label>type <select id="type"><option value="">all{{Options(pairs.Select(pair => pair.Type.ToString()))}}</select></label>
            <label>source <select id="source"><option value="">all{{Options(pairs.Select(pair => pair.Source))}}</select></label></p>

            """;

    static string Options(IEnumerable<string> values) =>
        string.Concat(values.Distinct().Order(StringComparer.Ordinal).Select(value => $"<option>{Encoded(value)}"));

    static string Section(Candidate pair, string dataRoot)
    {
        var (positive, negative) = Words.Diff(pair.PositiveResponse ?? pair.PositiveCaption, pair.NegativeResponse ?? pair.NegativeCaption);
        var cosines = pair.SiglipCosine is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" · SigLIP {pair.SiglipCosine:F3} · DINOv2 {pair.Dinov2Cosine:F3}");
        return $"""
            <section data-type="{pair.Type}" data-source="{Encoded(pair.Source)}">
            <div class="meta">{Encoded(pair.Id)} · {pair.Type}{cosines}</div><div class="question">{Encoded(pair.Question ?? "")}</div>
            <div class="sides"><div>{Thumbnail(pair.Positive(dataRoot))}{Marked(positive)}</div><div>{Thumbnail(
                pair.Negative(dataRoot)
            )}{Marked(negative)}</div></div>
            </section>

            """;
    }

    static string Marked(ImmutableArray<DiffPiece> pieces) =>
        string.Concat(pieces.Select(piece => piece.Differs ? $"<mark>{Encoded(piece.Text)}</mark>" : Encoded(piece.Text)));

    static string Thumbnail(ImageSource image)
    {
        try
        {
            using var bitmap = MvcFiles.ToBitmap(ImageRenderer.Render(image));
            var scale = Math.Min(1.0, (double)ThumbnailSide / Math.Max(bitmap.Width, bitmap.Height));
            using var small = bitmap.Resize(
                new SKImageInfo(Math.Max(1, (int)(bitmap.Width * scale)), Math.Max(1, (int)(bitmap.Height * scale))),
                new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
            );
            using var data = small.Encode(SKEncodedImageFormat.Jpeg, 85);
            return $"<img alt=\"\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(data.Span)}\">";
        }
        catch (UserException error)
        {
            return $"<p class=\"meta\">{Encoded(error.Message)}</p>";
        }
    }

    static string Encoded(string text) => WebUtility.HtmlEncode(text);

    const string Script = """
        <script>
        const pick = id => document.getElementById(id);
        function show() {
          let shown = 0;
          for (const s of document.querySelectorAll('section')) {
            const on = (!pick('type').value || s.dataset.type === pick('type').value) && (!pick('source').value || s.dataset.source === pick('source').value);
            s.hidden = !on;
            shown += on;
          }
          pick('shown').textContent = shown;
        }
        pick('type').onchange = pick('source').onchange = show;
        </script></html>
        """;
}
