using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Items with the answers of all models, written out in the page.</summary>
static class HtmlAnswers
{
    /// <summary>Fig. 5: the examples, each with its picture.</summary>
    /// <param name="numbers">The evaluation.</param>
    /// <param name="examples">See <see cref="ChangedExamples"/>.</param>
    /// <param name="pictures">Their pictures.</param>
    public static Html Examples(
        EvaluationNumbers numbers,
        ImmutableArray<(AnsweredItem Item, bool IsGain)> examples,
        Thumbnails pictures
    ) =>
        examples.IsEmpty
            ? Html.Empty
            : $"<p class=\"soft\">Fig. 5. {ChangedExamples.Rule}</p>{examples.Select(example => Example(numbers, example.Item, example.IsGain, pictures))}";

    static Html Example(EvaluationNumbers numbers, AnsweredItem item, bool isGain, Thumbnails pictures) =>
        $"<article class=\"answered\"><div class=\"picture\">{Picture(item, pictures)}</div><div><p class=\"soft\">{string.Join(" · ", [.. NamesOf(item.Benchmark.Name, item.Item.Id), .. item.Categories])} · {(isGain ? "gained" : "lost")}</p><p class=\"words question\">{item.Item.Prompt}</p><p class=\"words\"><span class=\"soft\">truth: </span>{item.Truth}</p><div class=\"side-by-side\">{item.Answers.Zip(numbers.Result.Models, (answer, model) => Said(model.Name, answer))}</div></div></article>";

    /// <summary>An id often begins with its benchmark's name, which then need not stand there twice.</summary>
    static string[] NamesOf(string benchmark, string id) =>
        id.StartsWith($"{benchmark}/", StringComparison.Ordinal) ? [id] : [benchmark, id];

    static Html Picture(AnsweredItem item, Thumbnails pictures)
    {
        if (item.Item.Image is not { } image)
        {
            return Html.Empty;
        }

        var thumbnail = pictures.Of(image);
        return thumbnail.Address is { } address ? (Html)$"<img alt=\"\" src=\"{address}\">" : $"<p class=\"soft\">{thumbnail.Fault}</p>";
    }

    static Html Said(string model, ShownAnswer? answer)
    {
        var rightness = answer?.Correctness.Rightness ?? Rightness.NotAsked;
        var kind = rightness == Rightness.NotAsked ? "none" : BrowsedIndex.Letter(rightness);
        return $"<div class=\"said {kind}\"><h4>{model} <span class=\"state\">{Words(rightness)}</span></h4>{(answer is null ? Html.Empty : Content(answer))}</div>";
    }

    static Html Content(ShownAnswer answer)
    {
        Html marks = answer.Marks.Length == 0 ? Html.Empty : $"<p class=\"soft\">{answer.Marks}</p>";
        return $"{answer.Texts.Select(Text)}{marks}{Folded("the judge's words", answer.Judge)}{Folded($"without the image: {Words(answer.UnseenCorrectness.Rightness)}", answer.Unseen)}";
    }

    static Html Folded(string title, ImmutableArray<string> texts) =>
        texts.IsEmpty ? Html.Empty : $"<details><summary>{title}</summary>{texts.Select(Text)}</details>";

    static Html Text(string text) => text.Length == 0 ? (Html)$"<p class=\"words soft\">(empty)</p>" : $"<p class=\"words\">{text}</p>";

    static string Words(Rightness rightness) =>
        rightness switch
        {
            Rightness.Right => "✓ right",
            Rightness.Wrong => "✗ wrong",
            Rightness.Partly => "◐ partly right",
            Rightness.NotJudged => "? not judged",
            _ => "not asked",
        };

    /// <summary>The filters and the place where the page's script shows answers.</summary>
    public static Html Browser =>
        $"""
            <p class="soft">{Correctness.Rule} Better and worse are against the base model. A view's address can be kept and sent.</p>
            <form id="filters" class="filters"><label>benchmark <select id="benchmark"></select></label><label>category <select id="category"></select></label><label>model <select id="model"></select></label><label>show <select id="show"><option value="all">all</option><option value="changed">changed against the base</option><option value="better">better than the base</option><option value="worse">worse than the base</option><option value="right">right</option><option value="partly">partly right</option><option value="wrong">wrong</option><option value="unjudged">not judged</option></select></label><label>item <input id="item" type="search" placeholder="its name or number"></label></form>
            <div class="turn"><button id="previous" type="button">previous</button><button id="next" type="button">next</button><span id="count" aria-live="polite"></span></div>
            <noscript><p>Looking through the answers needs the page's script; tables, figures and examples above do not.</p></noscript>
            <div id="items"></div>
            <div class="turn"><button id="previous-below" type="button">previous</button><button id="next-below" type="button">next</button></div>
            """;
}
