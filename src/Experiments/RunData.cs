using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>The pairs of a run.</summary>
/// <param name="Train">Those to train on.</param>
/// <param name="Validation">Those the objective is reported on.</param>
/// <param name="Refused">Those that cannot be scored whole, each with its reason.</param>
sealed record RunData(ImmutableArray<PreparedPair> Train, ImmutableArray<PreparedPair> Validation, ImmutableArray<Refusal> Refused)
{
    const int MostRefusalsShown = 10;

    /// <summary>What the person should know of how the pairs were read.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>All pairs, those to train on first.</summary>
    public IEnumerable<PreparedPair> All => Train.Concat(Validation);

    /// <summary>Runs the experiment's recipes over its files and tokenises the pairs.</summary>
    /// <exception cref="UserException">A file cannot be read, or a pair has a token that the model has no embedding for.</exception>
    public static RunData Read(Experiment experiment, string modelFolder, ModelConfig config)
    {
        var (data, settings) = (experiment.Data, experiment.Train);
        var tokenizer = Tokenizer.Load(modelFolder);
        var chat = ChatFormat.For(tokenizer, modelFolder);
        var files = new Dictionary<(string, string?), MvcData>();
        var (train, validation) = (Prepare(data.Train), data.Validation is { } recipe ? Prepare(recipe) : ([], []));
        var read = new RunData(
            train.Prepared,
            validation.Prepared,
            [.. files.Values.SelectMany(content => content.Refusals), .. train.Refused, .. validation.Refused]
        )
        {
            Notes =
            [
                .. chat.Note is { } note ? [note] : Array.Empty<string>(),
                .. files
                    .Where(file => !file.Value.Unread.IsEmpty)
                    .Select(file =>
                        $"{file.Key.Item1}: fields that mean nothing here are {string.Join(", ", file.Value.Unread.Take(MostRefusalsShown).Select(field => $"{field.Key} ({Count(field.Value, "pair")})"))}"
                    ),
            ],
        };
        read.RequireEmbeddings(config, tokenizer);
        return read;

        (ImmutableArray<PreparedPair> Prepared, ImmutableArray<Refusal> Refused) Prepare(Recipe<ContrastPair> recipe) =>
            PairPreparation.Prepare(
                recipe.Items(source => Mvc.Read((JsonPairs)source, data, Parse)),
                chat,
                settings.MaxTextLength,
                settings.Behaviour
            );

        IReadOnlyList<ContrastPair> Parse(string file, string? images)
        {
            if (!files.TryGetValue((file, images), out var content))
            {
                var root = images ?? data.Images ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
                files[(file, images)] = content = MvcJson.Parse(TextFile.Read(file), Path.GetFileName(file), root);
            }

            return content.Pairs;
        }
    }

    /// <summary>What there is to train on and what was refused, in lines for the person at the keyboard.</summary>
    /// <param name="refusedFile">Where all that was refused is listed.</param>
    public IEnumerable<string> Summary(string refusedFile) =>
        [
            $"{Count(Train.Length, "pair")} to train on, {Validation.Length} for validation, {Refused.Length} refused",
            .. Refusals($" in {refusedFile}"),
        ];

    /// <summary>Makes sure that there are pairs to train on.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public void RequirePairs()
    {
        if (Train.IsEmpty)
        {
            throw new UserException(
                string.Join(
                    '\n',
                    [
                        $"There is no pair to train on; {Refused.Length} {(Refused.Length == 1 ? "was" : "were")} refused. Look at the reasons, or at the filters of the script's recipe.",
                        .. Refusals(""),
                    ]
                )
            );
        }
    }

    IEnumerable<string> Refusals(string rest) =>
        [
            .. Refused.Take(MostRefusalsShown).Select(refusal => $"  refused {refusal.Id}: {refusal.Reason}"),
            .. Refused.Length > MostRefusalsShown ? [$"  and {Refused.Length - MostRefusalsShown} more{rest}"] : Array.Empty<string>(),
        ];

    /// <summary>The data without some pairs.</summary>
    /// <param name="reasonOf">Why a pair is refused; null where it is not.</param>
    public RunData Without(Func<PreparedPair, string?> reasonOf)
    {
        var refused = All.Select(pair => (Pair: pair, Reason: reasonOf(pair)))
            .Where(pair => pair.Reason is not null)
            .ToDictionary(pair => pair.Pair, pair => pair.Reason!, ReferenceEqualityComparer.Instance as IEqualityComparer<PreparedPair>);
        return this with
        {
            Train = [.. Train.Where(pair => !refused.ContainsKey(pair))],
            Validation = [.. Validation.Where(pair => !refused.ContainsKey(pair))],
            // A recipe may give a pair several times.
            Refused = [.. Refused, .. refused.Select(pair => new Refusal(pair.Key.Pair.Id, pair.Value)).Distinct()],
        };
    }

    /// <summary>Names all texts of the pairs and their tokens, in order.</summary>
    public string Fingerprint() => ContentHash.Of(string.Join('\n', All.Select(pair => JsonSerializer.Serialize(TextsOf(pair)))));

    /// <summary>What the run's last line says of the refused pairs.</summary>
    public string RefusedNote(RunFolder folder) =>
        Refused.IsEmpty
            ? ""
            : $"; {Count(Refused.Length, "pair")} {(Refused.Length == 1 ? "was" : "were")} refused, see {folder.RefusedFile}";

    /// <summary>A number of things, for people.</summary>
    public static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";

    /// <summary>An image's path says only where it lies: its content is compared by <see cref="RunImages"/>.</summary>
    static string[] TextsOf(PreparedPair prepared) =>
        [
            prepared.Pair.Id,
            prepared.Pair.SystemPrompt,
            prepared.Pair.Query,
            prepared.Pair.W.Response,
            prepared.Pair.L.Response,
            $"{prepared.Pair.Source} {prepared.Pair.Type}",
            // Another tokenizer makes other rows of the same texts.
            .. new[] { prepared.W.WithImage, prepared.W.WithoutImage, prepared.L.WithImage, prepared.L.WithoutImage }.Select(row =>
                string.Join(',', row.Ids)
            ),
        ];

    void RequireEmbeddings(ModelConfig config, Tokenizer tokenizer)
    {
        foreach (var pair in All)
        {
            foreach (var rows in new[] { pair.W, pair.L })
            {
                foreach (var id in rows.WithImage.Ids.Where(id => id != config.ImageTokenId).Concat(rows.WithoutImage.Ids))
                {
                    Embeddings.Require(config, id, tokenizer.TextOf(id), pair.Pair.Id);
                }
            }
        }
    }
}
