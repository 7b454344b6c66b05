using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models.Text;
using SVco.Training;
using SVco.Training.Caching;

namespace SVco.Experiments;

/// <summary>The pairs of a run.</summary>
/// <param name="Train">Those to train on.</param>
/// <param name="Validation">Those the objective is reported on.</param>
/// <param name="Refused">Those that cannot be scored whole, each with its reason.</param>
sealed record RunData(ImmutableArray<PreparedPair> Train, ImmutableArray<PreparedPair> Validation, ImmutableArray<Refusal> Refused)
{
    const int MostRefusalsShown = 10;

    /// <summary>Opens a file of pairs.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static FileStream OpenPairs(string file) =>
        File.Exists(file)
            ? File.OpenRead(file)
            : throw new UserException($"The file of pairs {Path.GetFullPath(file)} does not exist. Check --data and --validation.");

    /// <summary>Runs the experiment's recipes over its files and tokenises the pairs.</summary>
    public static RunData Read(Experiment experiment, string modelFolder)
    {
        var (data, settings) = (experiment.Data, experiment.Train);
        var tokenizer = Tokenizer.Load(modelFolder);
        var chat = ChatFormat.For(tokenizer, modelFolder);
        var parsed = new Dictionary<string, MvcData>();
        IReadOnlyList<ContrastPair> Parse(string file)
        {
            if (!parsed.TryGetValue(file, out var content))
            {
                using var reader = new StreamReader(OpenPairs(file));
                var root = data.Images ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
                parsed[file] = content = MvcJson.Parse(reader.ReadToEnd(), Path.GetFileName(file), root);
            }

            return content.Pairs;
        }

        (ImmutableArray<PreparedPair> Prepared, ImmutableArray<Refusal> Refused) Prepare(Recipe<ContrastPair> recipe) =>
            PairPreparation.Prepare(
                recipe.Items(source => Mvc.Read((JsonPairs)source, data, Parse)),
                chat,
                settings.MaxTextLength,
                settings.Behaviour
            );

        var train = Prepare(data.Train);
        var validation = data.Validation is { } recipe ? Prepare(recipe) : ([], []);
        return new RunData(
            train.Prepared,
            validation.Prepared,
            [.. parsed.Values.SelectMany(content => content.Refusals), .. train.Refused, .. validation.Refused]
        );
    }

    /// <summary>What there is to train on and what was refused, in lines for the person at the keyboard.</summary>
    /// <param name="refusedFile">Where all that was refused is listed.</param>
    public IEnumerable<string> Summary(string refusedFile) =>
        [
            $"{Count(Train.Length, "pair")} to train on, {Validation.Length} for validation, {Refused.Length} refused",
            .. Refused.Take(MostRefusalsShown).Select(refusal => $"  refused {refusal.Id}: {refusal.Reason}"),
            .. Refused.Length > MostRefusalsShown
                ? [$"  and {Refused.Length - MostRefusalsShown} more in {refusedFile}"]
                : Array.Empty<string>(),
        ];

    /// <summary>Makes sure that there are pairs to train on and that their images are there.</summary>
    /// <exception cref="UserException">There is no pair, or an image is missing.</exception>
    public void Check()
    {
        CheckImages([.. Train, .. Validation]);
        if (Train.IsEmpty)
        {
            throw new UserException("There is no pair to train on. Look at the reasons above, or at the filters of the script's recipe.");
        }
    }

    static void CheckImages(ImmutableArray<PreparedPair> pairs)
    {
        var missing = pairs
            .SelectMany(pair =>
                new[] { pair.Pair.W.Image, pair.Pair.L.Image }.SelectMany(image => image.Files).Select(file => (pair.Pair.Id, File: file))
            )
            .Where(image => !File.Exists(image.File))
            .ToArray();
        if (missing.Length > 0)
        {
            throw new UserException(
                $"{Count(missing.Length, "image")} of the pairs {(missing.Length == 1 ? "does" : "do")} not exist; the first is {missing[0].File} of {missing[0].Id}. "
                    + "Say where relative paths begin with --images."
            );
        }
    }

    /// <summary>Names the contents of all images together; each file is read.</summary>
    /// <exception cref="UserException">One cannot be read.</exception>
    public string ImageFingerprint() =>
        ContentHash.Of(
            string.Join(
                '\n',
                Train
                    .Concat(Validation)
                    .SelectMany(pair => pair.Pair.W.Image.Files.Concat(pair.Pair.L.Image.Files))
                    .Distinct()
                    .Select(file => ImageContent.Of(new ImageSource.File(file)))
            )
        );

    /// <summary>What the run's last line says of the refused pairs.</summary>
    public string RefusedNote(RunFolder folder) =>
        Refused.IsEmpty
            ? ""
            : $"; {Count(Refused.Length, "pair")} {(Refused.Length == 1 ? "was" : "were")} refused, see {folder.RefusedFile}";

    static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}
