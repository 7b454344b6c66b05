using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Report.Evaluations;
using SVco.Evaluation.Results;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Report.Evaluations;

public sealed class EvaluationReportTests : IDisposable
{
    const int FewDraws = 50;
    const string Hostile = "\"'><script>seen()</script></style></title><img src=x onerror=seen()>&lt;b&gt; \u001b[31m| _$% ";

    static readonly DateTimeOffset When = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    readonly TemporaryFolder work = new();

    public void Dispose() => work.Dispose();

    string Page => work.At("report.html");

    string Written(EvaluationResult result)
    {
        EvaluationReport.Write(result with { Captions = SampleEvaluation.Captions(4) }, Page, When, FewDraws);
        return File.ReadAllText(Page);
    }

    [Fact]
    public void No_text_from_outside_becomes_an_element_of_the_page()
    {
        var page = Written(SampleEvaluation.Create(32, Hostile));
        Assert.DoesNotMatch("<script>seen|<img src=x|</style>.*</style>|</title>.*</title>|\"'>", page);
        Assert.Contains("&lt;script&gt;seen()&lt;/script&gt;", page);
        // What the page's own script shows is data of a kind that browsers do not run.
        Assert.Equal(1, Regex.Count(page, "<script>"));
        Assert.Contains("\\u003Cscript\\u003Eseen()", page);
    }

    [Fact]
    public void No_text_from_outside_moves_a_terminal_or_ends_a_cell()
    {
        var result = SampleEvaluation.Create(32, Hostile);
        Assert.DoesNotContain('\u001b', EvaluationTable.Text(result, FewDraws));
        Assert.DoesNotMatch("[^\\\\]<script", EvaluationTable.Markdown(result, FewDraws));
        Assert.DoesNotMatch("(?m)^[^%].*[^\\\\]_", EvaluationTable.Latex(result, FewDraws));
    }

    [Fact]
    public void The_page_asks_for_nothing_from_outside_and_runs_only_its_own_script()
    {
        var page = Written(SampleEvaluation.Create(32));
        Assert.DoesNotMatch("(src|href)=\"(?!data:|#)", page);
        Assert.Contains($"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{BrowserScript.Hash}';", page);
    }

    [Fact]
    public void The_filters_data_say_of_every_item_what_each_model_made_of_it()
    {
        var result = SampleEvaluation.Create(64);
        var index = JsonDocument.Parse(Regex.Match(Written(result), "id=\"index\">(.*?)</script>").Groups[1].Value).RootElement;
        var states = index.GetProperty("states").EnumerateArray().Select(state => state.GetString()!).ToArray();
        var items = result.Models[0].Benchmarks.SelectMany(one => one.Benchmark.Items).ToArray();
        Assert.Equal(items.Select(item => item.Id), index.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!));
        Assert.All(states, state => Assert.Equal("=", state[1..2]));
        foreach (var (at, model) in result.Models.Index())
        {
            var mmvp = model.Benchmarks[2];
            var first = result.Models[0].Benchmarks.Take(2).Sum(one => one.Benchmark.Items.Length);
            var right = mmvp.WithImages.Verdicts.Select(verdict => verdict.Marks[Marks.Official] == 1).ToArray();
            var before = result.Models[0].Benchmarks[2].WithImages.Verdicts.Select(verdict => verdict.Marks[Marks.Official] == 1).ToArray();
            Assert.Equal(
                right.Zip(before, (now, then) => $"{(now ? 'r' : 'w')}{(now == then ? '=' : now ? '+' : '-')}"),
                states.Skip(first).Take(right.Length).Select(state => state.Substring(2 * at, 2))
            );
        }
    }

    [Fact]
    public void Few_answers_are_in_the_page_and_many_lie_beside_it_each_picture_once()
    {
        Assert.Contains("id=\"page-0\"", Written(SampleEvaluation.Create(64)));
        Assert.False(Directory.Exists(EvaluationReport.PagesFolder(Page)));

        var many = SampleEvaluation.Create(480, new('x', 1000), pictures: 7);
        Assert.DoesNotContain("id=\"page-0\"", Written(many));
        var files = Directory.GetFiles(EvaluationReport.PagesFolder(Page));
        Assert.Equal((480 + 49) / 50, files.Length);
        var pictures = many.Models[0].Benchmarks.SelectMany(one => one.Benchmark.Items).Select(item => item.Image).Distinct().Count();
        Assert.Equal(pictures, files.Sum(file => Regex.Count(File.ReadAllText(file), Regex.Escape(Thumbnail.Scheme))));

        Written(SampleEvaluation.Create(64));
        Assert.False(Directory.Exists(EvaluationReport.PagesFolder(Page)));
    }

    [Fact]
    public void Examples_are_those_that_changed_and_do_not_depend_on_the_order_of_items()
    {
        var items = AnsweredItem.Of(EvaluationNumbers.Of(SampleEvaluation.Create(160), FewDraws)).ToArray();
        var examples = ChangedExamples.Of(items);
        Assert.NotEmpty(examples);
        Assert.All(
            examples,
            example =>
            {
                var states = example.Item.Answers.Select(answer => answer!.Correctness.Rightness).ToArray();
                Assert.Equal(example.IsGain ? Rightness.Wrong : Rightness.Right, states[0]);
                Assert.Contains(example.IsGain ? Rightness.Right : Rightness.Wrong, states[1..]);
            }
        );
        Assert.Equal(
            examples.Select(example => (example.Item.Benchmark.Name, example.Item.Item.Id)).Order(),
            ChangedExamples.Of(items.Reverse()).Select(example => (example.Item.Benchmark.Name, example.Item.Item.Id)).Order()
        );
    }

    [Fact]
    public void An_unreadable_picture_is_told_in_its_place()
    {
        var result = SampleEvaluation.Create(16);
        var missing = new Core.Data.ImageSource.File(work.At("missing.png"));
        var changed = result with
        {
            Models =
            [
                .. result.Models.Select(model =>
                    model with
                    {
                        Benchmarks =
                        [
                            .. model.Benchmarks.Select(one =>
                                one with
                                {
                                    Benchmark = one.Benchmark with
                                    {
                                        Items = [.. one.Benchmark.Items.Select(item => item with { Image = missing })],
                                    },
                                }
                            ),
                        ],
                    }
                ),
            ],
        };
        Assert.Contains("missing.png", Regex.Match(Written(changed), "id=\"page-0\">(.*?)</script>").Groups[1].Value);
    }

    [ChromiumTheory]
    [InlineData(1280, 96)]
    [InlineData(390, 96)]
    public async Task In_Chromium_nothing_is_wider_than_the_window_and_answers_are_shown(int width, int items)
    {
        Written(SampleEvaluation.Create(items, new string('w', 120)));
        var (dom, log) = await OpenedAsync("", width);
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
        Assert.Equal($"{items}", Regex.Match(dom, "data-drawn=\"(\\d+)\"").Groups[1].Value);
        var seen = Regex.Match(dom, "data-width=\"(\\d+) of (\\d+)\"");
        Assert.InRange(int.Parse(seen.Groups[1].Value), 1, int.Parse(seen.Groups[2].Value));
    }

    [ChromiumTheory]
    [InlineData(96, 40)]
    [InlineData(480, 200)]
    public async Task In_Chromium_an_address_chooses_what_is_shown_whether_answers_are_in_the_page_or_beside_it(int items, int letters)
    {
        var text = new string('w', letters == 200 ? 1000 : letters);
        var result = SampleEvaluation.Create(items, text, pictures: 5);
        Written(result);
        var benchmark = result.Models[0].Benchmarks[2];
        var better = result
            .Models[2]
            .Benchmarks[2]
            .WithImages.Verdicts.Zip(benchmark.WithImages.Verdicts)
            .Count(pair => pair.First.Marks[Marks.Official] > pair.Second.Marks[Marks.Official]);
        var (dom, log) = await OpenedAsync($"benchmark={benchmark.Benchmark.Name}&model={result.Models[2].Name}&show=better", 1280);
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
        Assert.Equal($"{better}", Regex.Match(dom, "data-drawn=\"(\\d+)\"").Groups[1].Value);
        Assert.Equal(Math.Min(10, better), Regex.Count(dom[dom.IndexOf("<div id=\"items\">", StringComparison.Ordinal)..], "<article "));
    }

    /// <summary>Opens a copy that also says how wide it is; for that the policy, which lets no other script run, is taken out.</summary>
    async Task<(string Dom, string Log)> OpenedAsync(string address, int width)
    {
        var page = Regex.Replace(await File.ReadAllTextAsync(Page), "<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "");
        await File.WriteAllTextAsync(
            work.At("opened.html"),
            page
                + $"<script>location.hash = '{address}'; setTimeout(() => {{ const told = top.document.body; told.dataset.width = document.documentElement.scrollWidth + ' of ' + innerWidth; told.dataset.drawn = document.body.dataset.drawn; told.append(document.querySelector('#items')); }}, 1000);</script>"
        );
        // A window is never as narrow as a phone; a frame is.
        await File.WriteAllTextAsync(
            work.At("phone.html"),
            $"<iframe src=\"opened.html\" style=\"border:0;width:{width}px;height:800px\"></iframe>"
        );
        return await Chromium.OpenAsync(
            work.At("phone.html"),
            "--allow-file-access-from-files",
            "--window-size=1400,900",
            "--virtual-time-budget=5000"
        );
    }

    [ChromiumFact]
    public async Task In_Chromium_the_policy_lets_the_page_s_script_and_the_files_beside_it_run()
    {
        Written(SampleEvaluation.Create(480, new string('w', 1000), pictures: 5));
        var (dom, log) = await Chromium.OpenAsync(Page, "--virtual-time-budget=5000");
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
        Assert.Contains("data-drawn=\"480\"", dom);
        Assert.DoesNotContain("class=\"fault\"", dom);
    }
}

/// <summary>A theory that looks at a page in Chromium; skipped where there is none.</summary>
public sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute()
    {
        if (Chromium.Program is null)
        {
            Skip = "No chromium on the PATH.";
        }
    }
}
