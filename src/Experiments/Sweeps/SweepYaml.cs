using System.Collections.Immutable;
using System.Globalization;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Files;
using YamlDotNet.RepresentationModel;

namespace SVco.Experiments;

/// <summary>Reads a sweep's YAML file. Everything is looked at before anything runs; each mistake is told with file, line and column.</summary>
/// <param name="file">What messages call the file; a script is looked for beside it.</param>
sealed class SweepYaml(string file)
{
    /// <summary>The field of the seed.</summary>
    public const string Seed = "train.seed";

    const string MaxSteps = "train.max_steps";
    const string Metric = "metric";
    const string Keep = "keep";

    static readonly ImmutableArray<string> Keys =
    [
        "name",
        "experiment",
        "tiny",
        "script",
        .. SearchSpaceYaml.Kinds,
        "successive_halving",
        "seeds",
        Metric,
        Keep,
    ];

    readonly YamlNodes nodes = new(file);
    readonly SearchSpaceYaml spaces = new(new YamlNodes(file));

    /// <summary>Reads a sweep.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">What messages call the file; a script is looked for beside it.</param>
    /// <param name="ofScript">The experiment of a script, whose path is given.</param>
    /// <exception cref="UserException">It is no YAML, or something in it is not known or makes no sense.</exception>
    public static Sweep Read(string text, string file, Func<string, Experiment> ofScript) =>
        new SweepYaml(file).Read(YamlText.Root(text, file), ofScript);

    Sweep Read(YamlNode node, Func<string, Experiment> ofScript)
    {
        var root = nodes.Mapping(node, "a sweep");
        nodes.Known(root, "a sweep", [.. Keys]);
        var name = YamlNodes.Child(root, "name") is { } named ? nodes.Text(named, "name") : Path.GetFileNameWithoutExtension(file);
        FolderName.Require("sweep", name);
        var script = Script(root);
        var (kind, space) = spaces.Read(root);
        var sweep = new Sweep(name, script is null ? Experiment(root, name) : ofScript(script), space)
        {
            Script = script,
            Seeds = Seeds(root, space),
            Metric = MetricOf(root),
            Keep = KeepOf(root),
        };
        sweep = sweep with { Halving = Halving(root, sweep) };
        CheckMetric(root, sweep);
        try
        {
            sweep.Runs();
        }
        catch (UserException error)
        {
            throw nodes.Wrong(kind, error.Message.TrimEnd('.'), error);
        }

        return sweep;
    }

    string? Script(YamlMappingNode root)
    {
        var (script, experiment) = (YamlNodes.Child(root, "script"), YamlNodes.Child(root, "experiment"));
        if (script is null)
        {
            return null;
        }

        if ((experiment ?? YamlNodes.Child(root, "tiny")) is { } other)
        {
            throw nodes.Wrong(
                other,
                "the experiment is the script's; keep either `script` or `experiment` (with `tiny`). What the runs have in common beside the script is an axis of one value, as in train.epochs: [2]"
            );
        }

        var path = Path.Combine(Path.GetDirectoryName(file) ?? "", nodes.Text(script, "script"));
        return File.Exists(path) ? path : throw nodes.Wrong(script, $"there is no script {path}; its path begins at the sweep's file");
    }

    Experiment Experiment(YamlMappingNode root, string name)
    {
        var fields = YamlNodes.Child(root, "experiment") ?? new YamlMappingNode();
        var experiment = ExperimentYaml.Applied(new Experiment(name), nodes.Mapping(fields, "an experiment"), file);
        if (!IsTiny(root))
        {
            return experiment;
        }

        // The bundled ones stand below what is written, but for the model, which chooses between them.
        var tiny = Tiny.Of(
            new Experiment(name)
            {
                Model = experiment.Model,
                Data = experiment.Data,
                Evaluate = experiment.Evaluate,
            }
        );
        return ExperimentYaml.Applied(tiny, fields, file).With("model.checkpoint", tiny.Model.Checkpoint);
    }

    bool IsTiny(YamlMappingNode root) =>
        YamlNodes.Child(root, "tiny") is { } tiny
        && nodes.Text(tiny, "tiny") switch
        {
            "true" => true,
            "false" => false,
            var other => throw nodes.Wrong(
                tiny,
                $"tiny is {other}; write true to train the bundled checkpoint on the bundled pairs, or leave it out"
            ),
        };

    ImmutableArray<int> Seeds(YamlMappingNode root, SearchSpace space)
    {
        if (YamlNodes.Child(root, "seeds") is not { } node)
        {
            return [];
        }

        if (space.Paths.Contains(Seed))
        {
            throw nodes.Wrong(node, $"{Seed} is an axis already; keep either the axis or `seeds`, over which points are averaged");
        }

        return [.. spaces.Values((FieldNames.Find(Seed), node)).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    }

    SweepMetric MetricOf(YamlMappingNode root)
    {
        if (YamlNodes.Child(root, Metric) is not { } node)
        {
            return SweepMetric.ValidationLoss;
        }

        if (node is YamlMappingNode mapping)
        {
            nodes.Known(mapping, Metric, "name", "goal");
        }

        var named = node is YamlMappingNode given
            ? YamlNodes.Child(given, "name")
                ?? throw nodes.Wrong(node, "the metric has no name; write for example {name: eval_loss, goal: minimize}")
            : node;
        var name = nodes.Text(named, Metric);
        if (!SweepMetric.IsName(name))
        {
            throw nodes.Wrong(
                named,
                $"there is no metric {name}; write eval_loss, another number of a validation in metrics.jsonl (they begin with eval_; a group such as eval_reward_acc is the mean of its numbers), or {SweepMetric.AverageImprovement}"
            );
        }

        var metric = SweepMetric.Of(name);
        return node is YamlMappingNode && YamlNodes.Child((YamlMappingNode)node, "goal") is { } goal
            ? metric with
            {
                Maximize = nodes.Text(goal, "goal") switch
                {
                    "maximize" => true,
                    "minimize" => false,
                    var other => throw nodes.Wrong(goal, $"the goal is {other}; write minimize or maximize"),
                },
            }
            : metric;
    }

    SweepKeep KeepOf(YamlMappingNode root) =>
        YamlNodes.Child(root, Keep) is not { } node
            ? SweepKeep.All
            : nodes.Text(node, Keep) switch
            {
                "all" => SweepKeep.All,
                "winner" => SweepKeep.Winner,
                var other => throw nodes.Wrong(
                    node,
                    $"keep is {other}; write all, or winner to give the models of points away that are behind, once they are measured"
                ),
            };

    SuccessiveHalving? Halving(YamlMappingNode root, Sweep sweep)
    {
        if (YamlNodes.Child(root, "successive_halving") is not { } node)
        {
            return null;
        }

        var mapping = nodes.Mapping(node, "successive_halving");
        nodes.Known(mapping, "successive_halving", "min_steps", "factor");
        var (least, every) = (nodes.Whole(mapping, "min_steps", least: 1), sweep.Base.Train.EvaluateEvery);
        return least is not { } steps
                ? throw nodes.Wrong(
                    node,
                    "successive_halving has no min_steps; write after how many steps the first half is left, as in {min_steps: 10, factor: 3}"
                )
            : sweep.Metric.IsOfBenchmarks
                ? throw nodes.Wrong(
                    node,
                    $"{SweepMetric.AverageImprovement} is known at the end of a run alone, so it cannot halve; compare by eval_loss, or leave successive_halving out"
                )
            : sweep.Space.Paths.FirstOrDefault(path => path is MaxSteps or "train.epochs" or "train.evaluate_every") is { } axis
                ? throw nodes.Wrong(
                    node,
                    $"{axis} is an axis, and successive_halving itself decides how long a run trains; keep one of the two"
                )
            : sweep.Base.Train.MaxSteps is not { } whole
                ? throw nodes.Wrong(node, $"successive_halving needs to know the whole run's steps: give the experiment {MaxSteps}")
            : steps >= whole ? throw nodes.Wrong(node, $"min_steps is {steps}, and the whole run has {whole} ({MaxSteps}); write fewer")
            : steps % every != 0
                ? throw nodes.Wrong(
                    node,
                    $"min_steps is {steps}, and the validation comes every {every} steps; write a multiple of {every}, or another train.evaluate_every"
                )
            : new(steps, nodes.Whole(mapping, "factor", least: 2) ?? 3);
    }

    void CheckMetric(YamlMappingNode root, Sweep sweep)
    {
        var place = YamlNodes.Child(root, Metric) ?? root;
        var (metric, paths) = (sweep.Metric, sweep.Space.Paths);
        if (metric.IsOfBenchmarks && !sweep.Base.Evaluate.IsAsked && !paths.Contains("evaluate.benchmarks"))
        {
            throw nodes.Wrong(
                place,
                $"{metric.Name} needs benchmarks: give the experiment evaluate.benchmarks, as in evaluate: {{benchmarks: [MMVP], data: ROOT}}"
            );
        }

        if (!metric.IsOfBenchmarks && sweep.Base.Data.Validation is null && !paths.Contains("data.validation"))
        {
            throw nodes.Wrong(
                place,
                $"{metric.Name} needs validation pairs, and data.validation is none; name some, or compare by {SweepMetric.AverageImprovement}"
            );
        }
    }
}
