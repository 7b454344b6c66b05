using Parquet;
using Parquet.Serialization;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Evaluation.Benchmarks;
using SVco.Evaluation.Benchmarks.Layouts;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

public sealed class OwnTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_question_without_choices_is_asked_as_it_is_and_one_with_choices_for_a_letter()
    {
        Write("cat.png", "");
        var benchmark = Read(
            "mine.jsonl",
            """
            {"question": "What is it?", "answer": "A cat.", "image": "cat.png", "category": "animals"}
            {"id": "two", "question": "Which colour?", "answer": "blue", "choices": ["red", "blue"], "group": "colours"}
            {"id": 3, "question": "Which <image>?", "answer": "(a)", "choices": ["red", "blue"], "group": "colours"}
            """
        );

        Assert.Equal("mine", benchmark.Name);
        Assert.Equal(["mine/1", "mine/two", "mine/3"], benchmark.Items.Select(item => item.Id));
        Assert.Equal(["mine/1", "mine/colours", "mine/colours"], benchmark.Items.Select(item => item.Group));
        Assert.Equal(["animals", "", ""], benchmark.Items.Select(item => item.Category));
        Assert.Equal(new ImageSource.File(folder.At("cat.png")), benchmark.Items[0].Image);
        Assert.Equal("What is it?", benchmark.Items[0].Prompt);
        Assert.Equal(
            "Which colour?\nA. red\nB. blue\nAnswer with the option's letter from the given choices directly.",
            benchmark.Items[1].Prompt
        );
        Assert.Equal(
            [1, 1, 0],
            new[] { "a cat", "The answer is B.", "blue" }.Select((answer, index) => MarkOf(benchmark.Items[index], answer))
        );
        Assert.Equal(["accuracy", "accuracy of groups", "answers that cannot be read"], benchmark.Metrics.Select(metric => metric.Name));
    }

    [Theory]
    [InlineData("mine.csv", ',')]
    [InlineData("mine.tsv", '\t')]
    public void Tables_hold_choices_as_lists_in_their_text(string file, char separator)
    {
        var benchmark = Read(
            file,
            $"""
            question{separator}answer{separator}choices
            "Who, and why?"{separator}O'Neil{separator}"[""O'Neil"", 'Smith']"
            "Say ""yes""."{separator}yes{separator}
            """
        );

        Assert.Equal(
            ["Who, and why?\nA. O'Neil\nB. Smith", "Say \"yes\"."],
            benchmark.Items.Select(item => item.Prompt.Replace("\nAnswer with the option's letter from the given choices directly.", ""))
        );
        Assert.Equal([1, 1], new[] { "A", "Yes" }.Select((answer, index) => MarkOf(benchmark.Items[index], answer)));
    }

    [Fact]
    public void Parquet_holds_images_itself()
    {
        var path = Path.Combine(
            Golden.RepositoryRoot,
            "tests",
            "golden",
            "evaluation",
            "layouts",
            "hub",
            "RealworldQA",
            "data",
            "test-00000-of-00002.parquet"
        );

        var benchmark = Own.Read("mine", path, new(), new PictureCache(folder.At("pictures")));

        Assert.NotEmpty(benchmark.Items);
        Assert.All(benchmark.Items, item => Assert.True(new FileInfo(((ImageSource.File)item.Image!).Path).Length > 0));
    }

    public sealed class ParquetRow
    {
        public int id { get; set; }
        public string question { get; set; } = "";
        public string? answer { get; set; }
        public List<string>? choices { get; set; }
        public string? image { get; set; }
    }

    [Fact]
    public async Task Parquet_may_have_several_row_groups_lists_that_are_empty_or_null_and_paths_of_images()
    {
        Write("cat.png", "");
        ParquetRow[] rows =
        [
            new()
            {
                id = 7,
                question = "One?",
                answer = "a",
                choices = ["x", "y"],
            },
            new()
            {
                id = 8,
                question = "Two?",
                answer = "2",
                choices = [],
                image = "cat.png",
            },
            new()
            {
                id = 9,
                question = "Three?",
                answer = "3",
            },
            new()
            {
                id = 10,
                question = "Four?",
                answer = "z",
                choices = ["x", "y", "z"],
            },
            new()
            {
                id = 11,
                question = "Five?",
                answer = "B",
                choices = ["x", "y"],
            },
        ];
        await using (var stream = File.Create(folder.At("mine.parquet")))
        {
            await ParquetSerializer.SerializeAsync(rows, stream, new ParquetOptions { RowGroupSize = 2 });
        }

        var benchmark = Own.Read("mine", folder.At("mine.parquet"));

        Assert.Equal(rows.Select(row => $"mine/{row.id}"), benchmark.Items.Select(item => item.Id));
        Assert.Equal(
            ["(A)", "2", "3", "(C)", "(B)"],
            benchmark.Items.Select(item =>
                ((ItemTask.Write)item.Task).Grader switch
                {
                    LabelGrader grader => grader.Label,
                    var other => other.Truth,
                }
            )
        );
        Assert.Equal(
            rows.Select(row => row.choices is { Count: > 0 }),
            benchmark.Items.Select(item => item.Prompt.Contains("\nA. x\nB. y\n"))
        );
        Assert.Equal(
            [folder.At("cat.png")],
            benchmark.Items.Select(item => item.Image).OfType<ImageSource.File>().Select(file => file.Path)
        );
    }

    [Fact]
    public async Task A_row_of_Parquet_that_lacks_its_answer_is_told_with_its_place()
    {
        await using (var stream = File.Create(folder.At("mine.parquet")))
        {
            await ParquetSerializer.SerializeAsync(
                [new ParquetRow { question = "?", answer = "a" }, new ParquetRow { id = 1, question = "?" }],
                stream
            );
        }

        Assert.Contains(
            "answer is missing or empty: mine.parquet, row 2",
            Assert.Throws<UserException>(() => Own.Read("mine", folder.At("mine.parquet"))).Message
        );
    }

    [Fact]
    public void A_person_grades_and_measures_as_they_like()
    {
        var settings = new OwnSettings
        {
            Domain = "style",
            MaxNewTokens = 7,
            Grader = (answer, _) => new LetterGrader([answer, "other"], 0),
            Metrics = [new("right ones", ItemTask.Choose.Right)],
        };

        var benchmark = Read("mine.jsonl", """{"question": "?", "answer": "yes"}""", settings);

        Assert.Equal(("style", "right ones"), (benchmark.Domain, benchmark.Metrics.Single().Name));
        var task = Assert.IsType<ItemTask.Write>(benchmark.Items[0].Task);
        Assert.Equal(7, task.MaxNewTokens);
        Assert.Equal(1, ((Grader.Rule)task.Grader).Grade("yes")[ItemTask.Choose.Right]);
    }

    [Theory]
    [InlineData("mine.jsonl", """{"question": "?"}""", "answer is missing or empty: mine.jsonl, line 1")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": ["a"]}""", "answer is no text: mine.jsonl, line 1 (it is Array)")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": "a", "image": "none.png"}""", "images are missing: ")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": "a", "image": "/none.png"}""", "(/none.png)")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": "a", "image": "../none.png"}""", "(../none.png)")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": true}""", "it is true; write it in quotes")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": "a", "Image": "none.png"}""", "to be read): Image (mine.jsonl, line 1)")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": "A", "choices": ["B", "A"]}""", "another's letter")]
    [InlineData("mine.csv", "ID,question,answer\n7,?,a", "not to be read): ID (mine.csv, line 2)")]
    [InlineData(
        "mine.jsonl",
        """{"question": "?", "answer": "c", "choices": ["x", "y"]}""",
        "answer is outside the options: mine.jsonl, line 1 (c of 2)"
    )]
    [InlineData(
        "mine.jsonl",
        "{\"id\": 1, \"question\": \"?\", \"answer\": \"a\"}\n{\"id\": 1, \"question\": \"?\", \"answer\": \"a\"}",
        "ids are there more than once: 1 (2 times)"
    )]
    [InlineData("mine.jsonl", "{\"question\": \"?\",", "mine.jsonl, line 1 is not JSON")]
    [InlineData("mine.jsonl", """{"question": "?", "question": "!", "answer": "a"}""", "mine.jsonl, line 1 is not JSON")]
    [InlineData("mine.jsonl", """{"question": "?", "answer": "\ud800"}""", "answer is not valid Unicode")]
    [InlineData("mine.jsonl", "", "has no item")]
    [InlineData("mine.csv", "question,answers\n?,a", "columns are missing: ")]
    [InlineData("mine.csv", "question,answer,answer\n?,a,b", "columns are named twice: answer in ")]
    [InlineData("mine.csv", "question,answer\n?,a,b", "rows are damaged: mine.csv, line 2 has 3 fields, the header 2")]
    [InlineData("mine.csv", "question,answer,choices\n?,a,x|y", "a text is no list of texts: mine.csv, line 2 (x|y)")]
    [InlineData("mine.csv", "question,answer\n?,a \"b\" c", "rows are damaged: mine.csv, line 2 has quotes inside a text")]
    [InlineData("mine.txt", "question,answer\n?,a", "ends in \".txt\"")]
    public void What_is_wrong_is_told_with_its_place(string file, string text, string told)
    {
        Assert.Contains(told, Assert.Throws<UserException>(() => Read(file, text)).Message);
    }

    [Fact]
    public void Columns_that_are_named_need_not_be_read()
    {
        var benchmark = Read("mine.csv", "question,answer,source\n?,a,exam", new OwnSettings { NotRead = ["source"] });
        Assert.Equal("?", Assert.Single(benchmark.Items).Prompt);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        Assert.Contains("none.jsonl does not exist", Assert.Throws<UserException>(() => Own.Read("mine", folder.At("none.jsonl"))).Message);
    }

    Benchmark Read(string file, string text, OwnSettings? settings = null)
    {
        Write(file, text);
        return Own.Read("mine", folder.At(file), settings);
    }

    void Write(string file, string text) => File.WriteAllText(folder.At(file), text);

    static double MarkOf(Item item, string answer) => ((Grader.Rule)((ItemTask.Write)item.Task).Grader).Grade(answer)[Marks.Corrected];
}
