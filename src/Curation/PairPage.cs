using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Curation.Sources;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Curation;

/// <summary>A page to look at pairs: images side by side, the texts' differing words marked, cosines, filters by type and source.</summary>
public static class PairPage
{
    const int ThumbnailSide = 256;

    /// <summary>Writes FILE.html beside a file of pairs; it needs nothing but itself.</summary>
    /// <param name="file">A file in the MVC format or a stage's .jsonl.</param>
    /// <param name="dataRoot">The folder that image paths are relative to; when null that of the curation that wrote the file, else the file's own.</param>
    /// <param name="limit">At most so many pairs; the page says how many there are.</param>
    /// <returns>A sentence that names the page.</returns>
    /// <exception cref="UserException">The file is missing or malformed, there is no data root, or the limit is below 1.</exception>
    public static string Write(string file, string? dataRoot, int limit)
    {
        var root = dataRoot ?? RootOf(file);
        if (limit < 1 || !Directory.Exists(root))
        {
            throw new UserException(
                limit < 1 ? $"--limit is {limit}; give a number from 1." : $"The data root {root} does not exist. Set --data-root."
            );
        }

        var (pairs, total, refused) = Pairs(file, limit);
        var page = Path.ChangeExtension(file, ".html");
        AtomicOutput.WriteFile(
            page,
            stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
                writer.Write(Head(file, pairs, total));
                foreach (var pair in pairs)
                {
                    writer.Write(Section(pair, root));
                }

                writer.Write(Script);
            }
        );
        return $"{page} shows {pairs.Length} of {total} pairs.{refused}";
    }

    static string RootOf(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var ofCuration = new CurationFolder(folder).DataRoot;
        return File.Exists(ofCuration) ? TextFile.Read(ofCuration).Trim() : folder;
    }

    /// <summary>A pair, and what a stage says against it.</summary>
    readonly record struct Shown(Candidate Pair, string Reason);

    static (ImmutableArray<Shown> Pairs, int Total, string Refused) Pairs(string file, int limit)
    {
        if (Path.GetExtension(file) == ".jsonl")
        {
            return (
                [.. CurationFolder.Lines<JsonElement>(file, "split").Take(limit).Select(line => FromLine(line, file))],
                CurationFolder.Lines<JsonElement>(file, "split").Count(),
                ""
            );
        }

        var data = MvcJson.Parse(TextFile.Read(file), Path.GetFileName(file), "");
        var details = SplitStage.DetailsOf(file);
        ImmutableArray<Candidate> detailed = File.Exists(details) ? [.. CurationFolder.Lines<Candidate>(details, "split")] : [];
        // The file may have been edited since.
        var match =
            detailed.Length == data.Pairs.Length
            && detailed
                .Zip(data.Pairs)
                .All(pair => pair.First.Question == pair.Second.Query && pair.First.WResponse == pair.Second.W.Response);
        return (
            [.. (match ? detailed : data.Pairs.Select(FromMvc)).Take(limit).Select(pair => new Shown(pair, ""))],
            data.Pairs.Length,
            data.Refusals is [var first, ..] ? $" {data.Refusals.Length} entries are no pairs, the first because {first.Reason}" : ""
        );
    }

    /// <summary>A line of candidates or pairs, or one of those refused.</summary>
    static Shown FromLine(JsonElement line, string file)
    {
        try
        {
            return line.ValueKind == JsonValueKind.Object && line.TryGetProperty("candidate", out _)
                ? OfRefused(line.Deserialize<RefusedCandidate>(JsonLines.Options)!)
                : new(line.Deserialize<Candidate>(JsonLines.Options) ?? throw new JsonException("It is null."), "");
        }
        catch (JsonException error)
        {
            throw new UserException(
                $"{file} holds something else than pairs: {error.Message} Show candidates, kept, augmented, train, validation, refused.filter or refused.augment.",
                error
            );
        }
    }

    static Shown OfRefused(RefusedCandidate refused) =>
        new(refused.Candidate, refused.Detail.Length == 0 ? refused.Reason : $"{refused.Reason}: {refused.Detail}");

    static string PathOf(ContrastPair pair, ImageSource image) =>
        image is ImageSource.File(var path)
            ? path
            : throw new UserException($"{pair.Id} has its image in the data itself (a data: address); the page shows image files.");

    static Candidate FromMvc(ContrastPair pair) =>
        new(
            pair.Source,
            "mvc",
            pair.Type,
            pair.Id,
            PathOf(pair, pair.W.Image),
            PathOf(pair, pair.L.Image),
            pair.W.Response,
            pair.L.Response
        )
        {
            Question = pair.Query,
            WResponse = pair.W.Response,
            LResponse = pair.L.Response,
        };

    static Html Head(string file, ImmutableArray<Shown> pairs, int total) =>
        $"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <title>{Path.GetFileName(file)}</title>
            <style>{Html.Trusted(Style)}</style>
            <h1>{Path.GetFileName(file)}</h1>
            <p><span id="shown">{pairs.Length}</span> shown; {pairs.Length} of {total} pairs are in this page.</p>
            <p><label>type <select id="type"><option value="">all{Options(
                pairs.Select(shown => shown.Pair.Type.ToString())
            )}</select></label>
            <label>source <select id="source"><option value="">all{Options(pairs.Select(shown => shown.Pair.Source))}</select></label></p>
            <main>

            """;

    static IEnumerable<Html> Options(IEnumerable<string> values) =>
        values.Distinct().Order(StringComparer.Ordinal).Select<string, Html>(value => $"<option>{value}");

    static Html Section(Shown shown, string root)
    {
        var pair = shown.Pair;
        var (w, l) = Words.Diff(pair.WResponse ?? pair.WCaption, pair.LResponse ?? pair.LCaption);
        Html cosines = pair is { SiglipCosine: { } siglip, Dinov2Cosine: { } dinov2 }
            ? $" · SigLIP {siglip:F3} · DINOv2 {dinov2:F3}"
            : Html.Empty;
        return $"""
            <section data-type="{pair.Type}" data-source="{pair.Source}">
            <div class="meta">{pair.Id} · {pair.Type}{cosines}</div>{Element("against", shown.Reason)}{Element("question", pair.Question)}
            <div class="sides"><div>{Picture(pair.WImage, pair.W)}{Marked(w)}{Caption(
                pair.WResponse,
                pair.WCaption
            )}</div><div>{Picture(pair.LImage ?? pair.WImage, pair.L)}{Marked(l)}{Caption(
                pair.LResponse,
                pair.LCaption
            )}</div></div>
            </section>

            """;

        Html Picture(string path, Func<string, ImageSource> image) =>
            !FolderBoundary.IsIn(Path.GetFullPath(Path.Combine(root, path)), Path.GetFullPath(root))
                ? $"<p class=\"meta\">{path} leaves the data root.</p>"
                : Thumbnail(image(root));

        static Html Element(string name, string? text) => string.IsNullOrEmpty(text) ? Html.Empty : $"<div class=\"{name}\">{text}</div>";

        static Html Caption(string? response, string caption) =>
            response is null || response == caption ? Html.Empty : $"<div class=\"caption\">from: {caption}</div>";
    }

    /// <summary>The words that differ are marked, neighbours together, without the blank before them.</summary>
    static IEnumerable<Html> Marked(ImmutableArray<DiffPiece> pieces)
    {
        for (var at = 0; at < pieces.Length; )
        {
            var differs = pieces[at].Differs;
            var same = pieces.Skip(at).TakeWhile(piece => piece.Differs == differs).ToArray();
            var run = string.Concat(same.Select(piece => piece.Text));
            var words = run.TrimStart();
            yield return differs ? (Html)$"{run[..^words.Length]}<mark>{words}</mark>" : $"{run}";
            at += same.Length;
        }
    }

    static Html Thumbnail(ImageSource image)
    {
        try
        {
            using var bitmap = Bitmaps.Of(ImageRenderer.Render(image));
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
            return $"<p class=\"meta\">{error.Message}</p>";
        }
    }

    const string Style = """

        :root{color-scheme:light dark;--paper:#fafafa;--card:#fff;--ink:#222;--soft:#5f6670;--rule:#d9dce0;--mark:#ffe08a;--against:#a33}
        @media (prefers-color-scheme:dark){:root{--paper:#15181c;--card:#1e2228;--ink:#e6e8eb;--soft:#a4abb5;--rule:#3a4049;--mark:#6b5310;--against:#f09a9a}}
        body{font:15px/1.4 sans-serif;margin:1.2em;background:var(--paper);color:var(--ink)}
        h1{font-size:1.4em;overflow-wrap:anywhere} label{margin-right:.8em;white-space:nowrap}
        main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30em),1fr));gap:1em;align-items:start}
        section{background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:.9em;overflow-wrap:anywhere}
        section[hidden]{display:none}
        .sides{display:grid;grid-template-columns:1fr 1fr;gap:1em}
        img{max-width:100%;border-radius:4px;display:block;margin-bottom:.5em}
        mark{background:var(--mark);color:inherit;border-radius:2px} .meta,.caption{color:var(--soft);font-size:.85em} .caption{margin:.3em 0 0}
        .question{font-weight:bold;margin:.4em 0} .against{color:var(--against);margin:.3em 0}
        @media print{section{break-inside:avoid}}
        """;

    const string Script = """
        </main><script>
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
