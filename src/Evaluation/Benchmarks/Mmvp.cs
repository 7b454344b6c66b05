using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>MMVP (Tong et al. 2024): pairs of images that CLIP takes for the same, with one question of two options about both.</summary>
static partial class Mmvp
{
    const int MaxNewTokens = 128;
    const string Folder = "MMVP Images";

    /// <summary>
    /// The rows whose official labels are exchanged (issues 14 and 30 of MMVP, 1018 of lmms-eval): number, how the question begins, and the
    /// right label. The hub's copy has them right.
    /// </summary>
    static readonly ImmutableArray<(int Number, string Question, string Right, string Official)> WrongLabels =
    [
        (99, "Does the elephant", "(b)", "(a)"),
        (100, "Does the elephant", "(a)", "(b)"),
        (279, "Is the elderly person", "(b)", "(a)"),
        (280, "Is the elderly person", "(a)", "(b)"),
    ];

    /// <summary>A row, whatever its layout.</summary>
    sealed record Question(int Number, string Text, string Options, string Label, ImageSource Image);

    /// <summary>The benchmark.</summary>
    public static BenchmarkSource Source { get; } =
        new()
        {
            Name = "MMVP",
            Domain = "vision-centric",
            About = "300 questions with two options, two images to each question; the paper reports the accuracy of single questions",
            Count = 300,
            Licence = "MIT (as far as known)",
            Size = "below 100 MB",
            From =
            [
                new(
                    Layout.Official,
                    "https://huggingface.co/datasets/MMVP/MMVP",
                    "hf download MMVP/MMVP --repo-type dataset --local-dir ROOT/MMVP"
                ),
                new(
                    Layout.Hub,
                    "https://huggingface.co/datasets/lmms-lab-eval/MMVP",
                    "hf download lmms-lab-eval/MMVP --repo-type dataset --local-dir ROOT/hub/MMVP"
                ),
                new(Layout.Tsv, "VLMEvalKit's MMVP.tsv", "copy it from LMUData to ROOT"),
            ],
            Metrics = PaperMetrics.Mmvp,
            Layouts =
            [
                new(
                    Layout.Official,
                    300,
                    tree =>
                        Layout
                            .Beside("Questions.csv")(tree)
                            .Where(place => place.Folder.IsIn("MMVP") || place.Folder.Find($"{Folder}/1.jpg") is not null),
                    (place, reading) =>
                        Items(
                            reading,
                            CsvRows.Read(place.Files[0], reading, "Index", "Question", "Options", "Correct Answer"),
                            row => row.Number("Index"),
                            (row, number) => Of(row, number, reading.Image(row, place.Folder, $"{Folder}/{number}.jpg"))
                        )
                ),
                new(
                    Layout.Hub,
                    300,
                    Layout.Parquet(["MMVP"], ["train", "test"]),
                    (place, reading) =>
                        Items(
                            reading,
                            Layout.Rows(place, reading, ["Index", "Question", "Options", "Correct Answer", "image"]),
                            row => row.Number("Index"),
                            (row, number) => Of(row, number, Reading.ImageIn(row))
                        )
                ),
                new(
                    Layout.Tsv,
                    300,
                    Layout.Tables("MMVP.tsv"),
                    (place, reading) =>
                        Items(
                            reading,
                            CsvRows.WithImages(place.Files[0], reading, "question", "A", "B", "answer"),
                            row => row.Number("index") + 1,
                            (row, number) =>
                                new(
                                    number,
                                    row.Text("question"),
                                    $"(a) {row.Text("A")} (b) {row.Text("B")}",
                                    $"({row.Text("answer").ToLowerInvariant()})",
                                    Reading.ImageIn(row)
                                )
                        )
                ),
            ],
        };

    static Question Of(Row row, int number, ImageSource image) =>
        new(number, row.Text("Question"), row.Text("Options"), row.Text("Correct Answer"), image);

    static ImmutableArray<Item> Items(Reading reading, IEnumerable<Row> source, Func<Row, int> index, Func<Row, int, Question> read)
    {
        Row[] rows = [.. source];
        var byIndex = Indices(reading, rows, index);
        var questions = new List<Question>();
        var items = reading.Items(
            rows,
            (row, position) =>
            {
                var question = read(row, byIndex is null ? position + 1 : byIndex[position]);
                questions.Add(question);
                return ItemOf(question);
            }
        );
        TellPairs(reading, questions);
        TellWrongLabels(reading, questions);
        return items;
    }

    /// <summary>
    /// What numbers rows where it is the Index column: the official script goes by the row's place, for pictures and pairs. Null where the
    /// place is the number.
    /// </summary>
    static int[]? Indices(Reading reading, Row[] rows, Func<Row, int> index)
    {
        var indices = new int[rows.Length];
        foreach (var (position, row) in rows.Index())
        {
            try
            {
                indices[position] = index(row);
            }
            catch (RowException error)
            {
                reading.Fault(error.Message, error.Where(row.Place));
                return null;
            }
        }

        foreach (var twice in indices.CountBy(number => number).Where(number => number.Value > 1))
        {
            reading.Fault("ids are there more than once", $"Index {twice.Key} ({twice.Value} times)");
        }

        if (indices.Index().All(row => row.Item == row.Index + 1))
        {
            return null;
        }

        var isPermutation = indices.Order().Index().All(row => row.Item == row.Index + 1);
        var goesByIndex = reading.Settings.Behaviour == Behaviour.Corrected && isPermutation;
        reading.Warn(
            $"the Index column is not the row's number; pictures and pairs go by {(goesByIndex ? "the Index column" : "the row's place, as in the official script")}"
        );
        return goesByIndex ? indices : null;
    }

    static Item ItemOf(Question question)
    {
        ImmutableArray<string> options = [.. Option().Matches(question.Options).Select(match => match.Groups[2].Value.Trim())];
        OfficialText.OptionOf(question.Label, options.Length);
        var known = WrongLabels.FirstOrDefault(wrong => IsRow(wrong.Number, wrong.Question, question));
        return new(
            $"{question.Number}",
            "",
            $"pair {PairOf(question)}",
            question.Image,
            OfficialText.AskForLetter($"{question.Text} {question.Options}"),
            new ItemTask.Write(
                new LabelGrader(known.Official ?? question.Label, options) { CorrectedLabel = known.Right ?? question.Label },
                MaxNewTokens
            )
            {
                IsStripped = true,
            }
        );
    }

    static bool IsRow(int number, string begin, Question question) =>
        question.Number == number && question.Text.StartsWith(begin, StringComparison.Ordinal);

    static int PairOf(Question question) => (question.Number + 1) / 2;

    static void TellPairs(Reading reading, IEnumerable<Question> questions)
    {
        foreach (var pair in questions.GroupBy(PairOf).Where(pair => pair.Count() != 2 || pair.DistinctBy(one => one.Text).Count() != 1))
        {
            reading.Fault(
                "two neighbouring rows are no pair with one question (was the file sorted or shuffled?)",
                $"rows {string.Join(" and ", pair.Select(one => one.Number))}"
            );
        }
    }

    static void TellWrongLabels(Reading reading, List<Question> questions)
    {
        var known = questions
            .Select(question => (question.Label, Wrong: WrongLabels.FirstOrDefault(wrong => IsRow(wrong.Number, wrong.Question, question))))
            .Where(one => one.Wrong.Right is not null)
            .ToArray();
        if (known.Length > 0)
        {
            reading.Warn(
                $"the official labels of rows {string.Join(", ", known.Select(one => one.Wrong.Number))} are exchanged; this copy has "
                    + (known.All(one => one.Label == one.Wrong.Right) ? "them corrected" : "them as they are")
                    + "; the official rule counts by the official labels, the corrected rule by the right ones"
            );
        }
    }

    [GeneratedRegex(@"\(([a-z])\)(.*?)(?=\([a-z]\)|$)", RegexOptions.Singleline)]
    private static partial Regex Option();
}
