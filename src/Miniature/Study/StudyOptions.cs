using System.Collections.Immutable;
using System.Globalization;
using SVco.Core;
using SVco.Core.Objectives;
using SVco.Miniature.Scenes;

namespace SVco.Miniature.Study;

/// <summary>What the command line of the miniature study says.</summary>
/// <param name="Quick">Fewer pairs, steps and questions.</param>
/// <param name="Seeds">The number of finetuning seeds.</param>
/// <param name="Prompts">Under which prompts the conversational answers of finetuning come.</param>
/// <param name="Formulas">Objectives to put beside the study's own.</param>
/// <param name="Output">The study's folder; null means the preset's own under runs.</param>
/// <param name="FromScratch">Whether the base model is trained anew instead of taken from the checkout.</param>
public sealed record StudyOptions(
    bool Quick,
    int Seeds,
    PromptSetting Prompts,
    ImmutableArray<string> Formulas,
    string? Output,
    bool FromScratch
)
{
    /// <summary>The command's help.</summary>
    public const string Help = """
        The paper in miniature: finetunes a small vision-language model with every objective and measures all of them.
          --quick               fewer pairs, steps and questions
          --seeds N             finetuning seeds (1)
          --prompts P           shared or own: the prompts of the conversational answers (shared)
          --objective FORMULA   an objective of your own beside the others, e.g. "-LogSigmoid(0.1*(r.W.Match - r.W.Mismatch))"
          --output FOLDER       the study's folder (runs/miniature...)
          --from-scratch        train the base model anew
        """;

    const int GridSeed = 100;
    const int FirstSeed = 201;
    const double LearningRateOfFormulas = 3e-4;

    static readonly double[] GridOfLearningRates = [1e-4, 3e-4, 1e-3];
    static readonly double[] GridOfBetas = [0.1, 0.5];

    /// <summary>The learning rate and beta of each objective, chosen on validation scenes by docs/miniature-protocol.md.</summary>
    static readonly ImmutableDictionary<string, (double LearningRate, double Beta)> Chosen = ImmutableDictionary.CreateRange<
        string,
        (double, double)
    >([
        new("SFT", (3e-4, 0.1)),
        new("SFT, equal compute", (3e-4, 0.1)),
        new("DPO", (1e-4, 0.5)),
        new("mDPO", (1e-4, 0.5)),
        new("VCO", (1e-4, 0.1)),
        new("S-VCO", (3e-4, 0.1)),
    ]);

    /// <summary>Reads the arguments after the script's file.</summary>
    /// <exception cref="UserException">One is not known, or its value makes no sense.</exception>
    public static StudyOptions Parse(IReadOnlyList<string> args)
    {
        var options = new StudyOptions(false, 1, PromptSetting.Shared, [], null, false);
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--quick" => options with { Quick = true },
                "--from-scratch" => options with { FromScratch = true },
                "--seeds" => options with { Seeds = Count(Value()) },
                "--prompts" => options with { Prompts = Setting(Value()) },
                "--objective" => options with { Formulas = options.Formulas.Add(Value()) },
                "--output" => options with { Output = Value() },
                var unknown => throw new UserException($"The option {unknown} is not known. --help lists those that are."),
            };

            string Value() => i + 1 < args.Count ? args[++i] : throw new UserException($"The option {args[i]} needs a value after it.");
        }

        return options;
    }

    /// <summary>The study that the options describe.</summary>
    /// <param name="baseModel">The folder of the base model.</param>
    /// <exception cref="UserException">A formula is none.</exception>
    public StudySettings Settings(string baseModel)
    {
        var (pairs, steps, items) = Quick ? (384, 48, 25) : (1024, 128, 50);
        return new(
            Name,
            baseModel,
            new PairDials(pairs, Prompts: Prompts),
            Filtered: true,
            [
                .. TreatmentTemplate.All.Select(template =>
                    template.With(Chosen[template.Name].LearningRate, Chosen[template.Name].Beta, steps)
                ),
                .. Formulas.Select(formula => new Treatment(formula, Objective.Parse(formula), LearningRateOfFormulas, steps)),
            ],
            [.. Enumerable.Range(FirstSeed, Seeds)],
            Split.Test,
            // The full study asks twice as much.
            Seeds > 1
            && !Quick
                ? 2 * items
                : items
        );
    }

    /// <summary>The grid of the protocol: every objective with every learning rate and beta, on validation scenes and a seed of its own.</summary>
    public StudySettings Grid(string baseModel) =>
        Settings(baseModel) with
        {
            Name = $"{Name}-grid",
            Treatments =
            [
                .. from template in TreatmentTemplate.All
                from learningRate in GridOfLearningRates
                from beta in template.HasBeta ? GridOfBetas : GridOfBetas[..1]
                select template.With(learningRate, beta, 128) with
                {
                    Name = FormattableString.Invariant($"{template.Name} @ {learningRate}{(template.HasBeta ? $" @ {beta}" : "")}"),
                },
            ],
            Seeds = [GridSeed],
            Split = Split.Validation,
            Items = 60,
        };

    /// <summary>The study's name, from its preset.</summary>
    public string Name => $"miniature{(Prompts == PromptSetting.Own ? "-own" : "")}{(Quick ? "-quick" : "")}";

    static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new UserException($"--seeds is {text}; give a number from 1.");

    static PromptSetting Setting(string text) =>
        Enum.TryParse<PromptSetting>(text, ignoreCase: true, out var setting) && Enum.IsDefined(setting)
            ? setting
            : throw new UserException($"--prompts is {text}; give shared or own.");
}
