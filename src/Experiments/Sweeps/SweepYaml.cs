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

    /// <summary>What the search space and the experiment are called in the file; one of each is there.</summary>
    static readonly ImmutableArray<string> Spaces = ["grid", "list", "random"];

    static readonly ImmutableArray<string> Keys =
    [
        "name",
        "experiment",
        "tiny",
        "script",
        .. Spaces,
        "successive_halving",
        "seeds",
        Metric,
    ];

    /// <summary>What a sweep sets by itself.</summary>
    static readonly ImmutableArray<string> SetByTheSweep = ["name", "output"];

    static readonly Experiment Any = new("any");

    /// <summary>Reads a sweep.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">What messages call the file; a script is looked for beside it.</param>
    /// <param name="ofScript">The experiment of a script, whose path is given.</param>
    /// <exception cref="UserException">It is no YAML, or something in it is not known or makes no sense.</exception>
    public static Sweep Read(string text, string file, Func<string, Experiment> ofScript) =>
        new SweepYaml(file).Read(YamlText.Root(text, file), ofScript);

    Sweep Read(YamlNode node, Func<string, Experiment> ofScript)
    {
        var root = Mapping(node, "a sweep");
        Known(root, "a sweep", [.. Keys]);
        var name = Child(root, "name") is { } named ? Text(named, "name") : Path.GetFileNameWithoutExtension(file);
        FolderName.Require("sweep", name);
        var script = Script(root);
        var (kind, space) = Space(root);
        var sweep = new Sweep(name, script is null ? Experiment(root, name) : ofScript(script), space)
        {
            Script = script,
            Seeds = Seeds(root, space),
            Metric = MetricOf(root),
        };
        sweep = sweep with { Halving = Halving(root, sweep) };
        CheckMetric(root, sweep);
        try
        {
            sweep.Runs();
        }
        catch (UserException error)
        {
            throw Wrong(kind, error.Message.TrimEnd('.'), error);
        }

        return sweep;
    }

    string? Script(YamlMappingNode root)
    {
        var (script, experiment) = (Child(root, "script"), Child(root, "experiment"));
        if (script is null)
        {
            return null;
        }

        if ((experiment ?? Child(root, "tiny")) is { } other)
        {
            throw Wrong(
                other,
                "the experiment is the script's; keep either `script` or `experiment` (with `tiny`). What the runs have in common beside the script is an axis of one value, as in train.epochs: [2]"
            );
        }

        var path = Path.Combine(Path.GetDirectoryName(file) ?? "", Text(script, "script"));
        return File.Exists(path) ? path : throw Wrong(script, $"there is no script {path}; its path begins at the sweep's file");
    }

    Experiment Experiment(YamlMappingNode root, string name)
    {
        var fields = Child(root, "experiment") ?? new YamlMappingNode();
        var experiment = ExperimentYaml.Applied(new Experiment(name), Mapping(fields, "an experiment"), file);
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
        Child(root, "tiny") is { } tiny
        && Text(tiny, "tiny") switch
        {
            "true" => true,
            "false" => false,
            var other => throw Wrong(
                tiny,
                $"tiny is {other}; write true to train the bundled checkpoint on the bundled pairs, or leave it out"
            ),
        };

    (YamlNode Place, SearchSpace Space) Space(YamlMappingNode root)
    {
        var given = root.Where(entry => Spaces.Contains($"{entry.Key}")).ToArray();
        if (given is not [var (key, value)])
        {
            throw Wrong(
                given.Length == 0 ? root : given[1].Key,
                $"a sweep has one of {string.Join(", ", Spaces)}, and this one has {(given.Length == 0 ? "none" : string.Join(" and ", given.Select(one => one.Key)))}; write for example grid: {{train.learning_rate: [1e-6, 3e-6]}}"
            );
        }

        return (
            key,
            $"{key}" switch
            {
                "grid" => new SearchSpace.Grid([
                    .. Axes(value, "grid").Select(axis => new SearchSpace.Axis(axis.Field.Path, Values(axis))),
                ]),
                "list" => new SearchSpace.List([.. Items(value, "list").Select(Point)]),
                _ => Random(value),
            }
        );
    }

    SearchSpace.Random Random(YamlNode node)
    {
        var random = Mapping(node, "random");
        Known(random, "random", "samples", "seed", "axes");
        var axes =
            Child(random, "axes")
            ?? throw Wrong(node, "random has no axes; write for example axes: {train.learning_rate: {log_uniform: [1e-7, 1e-5]}}");
        return new(
            [
                .. Axes(axes, "axes")
                    .Select(axis => new SearchSpace.RandomAxis(axis.Field.Path, DistributionOf(axis), axis.Field.Type == typeof(int))),
            ],
            Whole(random, "samples", least: 1)
                ?? throw Wrong(node, "random has no samples; write how many points are drawn, as in samples: 20"),
            (ulong)(Whole(random, "seed", least: 0) ?? 0)
        );
    }

    Distribution DistributionOf((Field Field, YamlNode Value) axis)
    {
        if (axis.Value is not YamlMappingNode { Children: [var (kind, ends)] })
        {
            return new Distribution.Choice(Values(axis));
        }

        var isLogarithmic = $"{kind}" == "log_uniform";
        if (!isLogarithmic && $"{kind}" != "uniform")
        {
            throw Wrong(kind, $"there is no distribution {kind}; write [values], uniform: [low, high] or log_uniform: [low, high]");
        }

        if (axis.Field.Type != typeof(int) && axis.Field.Type != typeof(double))
        {
            throw Wrong(kind, $"{axis.Field} takes {axis.Field.Expected}, of which no numbers are drawn; write a list of values");
        }

        if (ends is not YamlSequenceNode { Children: [var first, var last] })
        {
            throw Wrong(ends, $"{kind} is {ends}; write [low, high]");
        }

        var (low, high) = (Number(axis.Field, first), Number(axis.Field, last));
        return low >= high ? throw Wrong(ends, $"{FieldText.Of(low)} is not below {FieldText.Of(high)}; write [low, high]")
            : !isLogarithmic ? new Distribution.Uniform(low, high)
            : low > 0 ? new Distribution.LogUniform(low, high)
            : throw Wrong(first, $"a logarithm needs numbers above 0, and {FieldText.Of(low)} is none");
    }

    double Number(Field field, YamlNode node) => Convert.ToDouble(Checked(field, node).On(Any)[field.Path], CultureInfo.InvariantCulture);

    SweepPoint Point(YamlNode node) => new([.. Axes(node, "a point").SelectMany(axis => Checked(axis.Field, axis.Value).Settings)]);

    ImmutableArray<string> Values((Field Field, YamlNode Value) axis)
    {
        var values = Items(axis.Value, axis.Field.Path).Select(item => (item, Setting: Checked(axis.Field, item).Settings[0])).ToArray();
        foreach (var (item, setting) in values.GroupBy(value => value.Setting.Canonical).SelectMany(same => same.Skip(1)))
        {
            throw Wrong(item, $"{axis.Field} has the value {setting.Value} twice");
        }

        return [.. values.Select(value => value.Setting.Value)];
    }

    /// <summary>The fields of a mapping with what stands for them: a mapping whose name is no field is looked into.</summary>
    IEnumerable<(Field Field, YamlNode Value)> Axes(YamlNode node, string what)
    {
        var found = Within(Mapping(node, what), "").ToArray();
        if (found.Length == 0)
        {
            throw Wrong(node, $"{what} has no axis; write a field's dotted name with its values, as in train.learning_rate: [1e-6, 3e-6]");
        }

        foreach (var (name, axis) in found.GroupBy(one => one.Axis.Field).SelectMany(same => same.Skip(1)))
        {
            throw Wrong(name, $"{axis.Field} stands here twice");
        }

        return found.Select(one => one.Axis);

        IEnumerable<(YamlNode Name, (Field Field, YamlNode Value) Axis)> Within(YamlMappingNode mapping, string before) =>
            mapping.SelectMany(entry =>
            {
                var path = $"{before}{entry.Key}";
                return entry.Value is YamlMappingNode inner && SVco.Experiments.Experiment.AllFields.All(field => field.Path != path)
                    ? Within(inner, $"{path}.")
                    : [(entry.Key, (Axis(path, entry.Key), entry.Value))];
            });
    }

    Field Axis(string path, YamlNode name)
    {
        var field = FieldNames.Find(path, $" ({YamlText.Place(name, file)})");
        return SetByTheSweep.Contains(field.Path)
            ? throw Wrong(name, $"{field} cannot be an axis: a sweep names its runs and their folders itself")
            : field;
    }

    /// <summary>A field with the value of a node, which it takes.</summary>
    SweepPoint Checked(Field field, YamlNode node)
    {
        if (node is YamlMappingNode)
        {
            throw Wrong(node, $"{field} has a mapping here; write a value: {field.Expected}");
        }

        var text = ExperimentYaml.TextOf(node);
        field.With(Any, text, $"{YamlText.Place(node, file)}: {field}");
        return new([new(field.Path, text ?? FieldText.Unset)]);
    }

    ImmutableArray<int> Seeds(YamlMappingNode root, SearchSpace space)
    {
        if (Child(root, "seeds") is not { } node)
        {
            return [];
        }

        if (space.Paths.Contains(Seed))
        {
            throw Wrong(node, $"{Seed} is an axis already; keep either the axis or `seeds`, over which points are averaged");
        }

        return [.. Values((FieldNames.Find(Seed), node)).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    }

    SweepMetric MetricOf(YamlMappingNode root)
    {
        if (Child(root, Metric) is not { } node)
        {
            return SweepMetric.ValidationLoss;
        }

        if (node is YamlMappingNode mapping)
        {
            Known(mapping, Metric, "name", "goal");
        }

        var named = node is YamlMappingNode given
            ? Child(given, "name") ?? throw Wrong(node, "the metric has no name; write for example {name: eval_loss, goal: minimize}")
            : node;
        var name = Text(named, Metric);
        if (!SweepMetric.IsName(name))
        {
            throw Wrong(
                named,
                $"there is no metric {name}; write eval_loss, another number of a validation in metrics.jsonl (they begin with eval_; a group such as eval_reward_acc is the mean of its numbers), or {SweepMetric.AverageImprovement}"
            );
        }

        var metric = SweepMetric.Of(name);
        return node is YamlMappingNode && Child((YamlMappingNode)node, "goal") is { } goal
            ? metric with
            {
                Maximize = Text(goal, "goal") switch
                {
                    "maximize" => true,
                    "minimize" => false,
                    var other => throw Wrong(goal, $"the goal is {other}; write minimize or maximize"),
                },
            }
            : metric;
    }

    SuccessiveHalving? Halving(YamlMappingNode root, Sweep sweep)
    {
        if (Child(root, "successive_halving") is not { } node)
        {
            return null;
        }

        var mapping = Mapping(node, "successive_halving");
        Known(mapping, "successive_halving", "min_steps", "factor");
        var (least, every) = (Whole(mapping, "min_steps", least: 1), sweep.Base.Train.EvaluateEvery);
        return least is not { } steps
                ? throw Wrong(
                    node,
                    "successive_halving has no min_steps; write after how many steps the first half is left, as in {min_steps: 10, factor: 3}"
                )
            : sweep.Metric.IsOfBenchmarks
                ? throw Wrong(
                    node,
                    $"{SweepMetric.AverageImprovement} is known at the end of a run alone, so it cannot halve; compare by eval_loss, or leave successive_halving out"
                )
            : sweep.Space.Paths.FirstOrDefault(path => path is MaxSteps or "train.epochs" or "train.evaluate_every") is { } axis
                ? throw Wrong(node, $"{axis} is an axis, and successive_halving itself decides how long a run trains; keep one of the two")
            : sweep.Base.Train.MaxSteps is not { } whole
                ? throw Wrong(node, $"successive_halving needs to know the whole run's steps: give the experiment {MaxSteps}")
            : steps >= whole ? throw Wrong(node, $"min_steps is {steps}, and the whole run has {whole} ({MaxSteps}); write fewer")
            : steps % every != 0
                ? throw Wrong(
                    node,
                    $"min_steps is {steps}, and the validation comes every {every} steps; write a multiple of {every}, or another train.evaluate_every"
                )
            : new(steps, Whole(mapping, "factor", least: 2) ?? 3);
    }

    void CheckMetric(YamlMappingNode root, Sweep sweep)
    {
        var place = Child(root, Metric) ?? root;
        var (metric, paths) = (sweep.Metric, sweep.Space.Paths);
        if (metric.IsOfBenchmarks && !sweep.Base.Evaluate.IsAsked && !paths.Contains("evaluate.benchmarks"))
        {
            throw Wrong(
                place,
                $"{metric.Name} needs benchmarks: give the experiment evaluate.benchmarks, as in evaluate: {{benchmarks: [MMVP], data: ROOT}}"
            );
        }

        if (!metric.IsOfBenchmarks && sweep.Base.Data.Validation is null && !paths.Contains("data.validation"))
        {
            throw Wrong(
                place,
                $"{metric.Name} needs validation pairs, and data.validation is none; name some, or compare by {SweepMetric.AverageImprovement}"
            );
        }
    }

    YamlMappingNode Mapping(YamlNode node, string what) =>
        node as YamlMappingNode ?? throw Wrong(node, $"{what} is a mapping of names to values");

    IEnumerable<YamlNode> Items(YamlNode node, string what) =>
        node is YamlSequenceNode { Children.Count: > 0 } items
            ? items
            : throw Wrong(node, $"{what} has {Shown(node)}; write a list: [a, b]");

    static string Shown(YamlNode node) =>
        node is YamlScalarNode scalar ? $"\"{scalar.Value}\""
        : node is YamlSequenceNode ? "no items"
        : "a mapping";

    void Known(YamlMappingNode mapping, string what, params string[] keys)
    {
        if (mapping.Children.Keys.FirstOrDefault(key => !keys.Contains($"{key}")) is { } unknown)
        {
            throw Wrong(unknown, $"{what} has no {unknown}; it has {string.Join(", ", keys)}");
        }
    }

    static YamlNode? Child(YamlMappingNode mapping, string key) => mapping.Children.TryGetValue(key, out var child) ? child : null;

    string Text(YamlNode node, string what) =>
        node is YamlScalarNode && ExperimentYaml.TextOf(node) is { Length: > 0 } text
            ? text
            : throw Wrong(node, $"{what} has no value; write one, or leave it out");

    int? Whole(YamlMappingNode mapping, string key, int least) =>
        Child(mapping, key) is not { } node ? null
        : int.TryParse(Text(node, key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
        : throw Wrong(node, $"{key} is {node}; write a whole number of at least {least}");

    UserException Wrong(YamlNode node, string what, Exception? inner = null) => new($"{YamlText.Place(node, file)}: {what}.", inner);
}
