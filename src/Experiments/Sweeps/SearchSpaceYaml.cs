using System.Collections.Immutable;
using System.Globalization;
using SVco.Core.Fields;
using YamlDotNet.RepresentationModel;

namespace SVco.Experiments;

/// <summary>Reads the axes of a sweep's YAML file, each value checked by the field that takes it.</summary>
/// <param name="nodes">Takes nodes for what they should be.</param>
sealed class SearchSpaceYaml(YamlNodes nodes)
{
    /// <summary>What a search space is called in the file; one of them is there.</summary>
    public static ImmutableArray<string> Kinds { get; } = ["grid", "list", "random"];

    /// <summary>What a sweep sets by itself.</summary>
    static readonly ImmutableArray<string> SetByTheSweep = ["name", "output"];

    static readonly Experiment Any = new("any");

    /// <summary>The search space of a sweep, and where it stands.</summary>
    public (YamlNode Place, SearchSpace Space) Read(YamlMappingNode root)
    {
        var given = root.Where(entry => Kinds.Contains($"{entry.Key}")).ToArray();
        if (given is not [var (key, value)])
        {
            throw nodes.Wrong(
                given.Length == 0 ? root : given[1].Key,
                $"a sweep has one of {string.Join(", ", Kinds)}, and this one has {(given.Length == 0 ? "none" : string.Join(" and ", given.Select(one => one.Key)))}; write for example grid: {{train.learning_rate: [1e-6, 3e-6]}}"
            );
        }

        return (
            key,
            $"{key}" switch
            {
                "grid" => new SearchSpace.Grid([
                    .. Axes(value, "grid").Select(axis => new SearchSpace.Axis(axis.Field.Path, Values(axis))),
                ]),
                "list" => new SearchSpace.List([.. nodes.Items(value, "list").Select(Point)]),
                _ => Random(value),
            }
        );
    }

    SearchSpace.Random Random(YamlNode node)
    {
        var random = nodes.Mapping(node, "random");
        nodes.Known(random, "random", "samples", "seed", "axes");
        var axes =
            YamlNodes.Child(random, "axes")
            ?? throw nodes.Wrong(node, "random has no axes; write for example axes: {train.learning_rate: {log_uniform: [1e-7, 1e-5]}}");
        return new(
            [
                .. Axes(axes, "axes")
                    .Select(axis => new SearchSpace.RandomAxis(axis.Field.Path, DistributionOf(axis), axis.Field.Type == typeof(int))),
            ],
            nodes.Whole(random, "samples", least: 1)
                ?? throw nodes.Wrong(node, "random has no samples; write how many points are drawn, as in samples: 20"),
            (ulong)(nodes.Whole(random, "seed", least: 0) ?? 0)
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
            throw nodes.Wrong(kind, $"there is no distribution {kind}; write [values], uniform: [low, high] or log_uniform: [low, high]");
        }

        if (axis.Field.Type != typeof(int) && axis.Field.Type != typeof(double))
        {
            throw nodes.Wrong(kind, $"{axis.Field} takes {axis.Field.Expected}, of which no numbers are drawn; write a list of values");
        }

        if (ends is not YamlSequenceNode { Children: [var first, var last] })
        {
            throw nodes.Wrong(ends, $"{kind} is {ends}; write [low, high]");
        }

        var (low, high) = (Number(axis.Field, first), Number(axis.Field, last));
        return low >= high ? throw nodes.Wrong(ends, $"{FieldText.Of(low)} is not below {FieldText.Of(high)}; write [low, high]")
            : !isLogarithmic ? new Distribution.Uniform(low, high)
            : low > 0 ? new Distribution.LogUniform(low, high)
            : throw nodes.Wrong(first, $"a logarithm needs numbers above 0, and {FieldText.Of(low)} is none");
    }

    double Number(Field field, YamlNode node) => Convert.ToDouble(Checked(field, node).On(Any)[field.Path], CultureInfo.InvariantCulture);

    SweepPoint Point(YamlNode node) => new([.. Axes(node, "a point").SelectMany(axis => Checked(axis.Field, axis.Value).Settings)]);

    /// <summary>The values of an axis, none twice.</summary>
    public ImmutableArray<string> Values((Field Field, YamlNode Value) axis)
    {
        var values = nodes
            .Items(axis.Value, axis.Field.Path)
            .Select(item => (item, Setting: Checked(axis.Field, item).Settings[0]))
            .ToArray();
        foreach (var (item, setting) in values.GroupBy(value => value.Setting.Canonical).SelectMany(same => same.Skip(1)))
        {
            throw nodes.Wrong(item, $"{axis.Field} has the value {setting.Value} twice");
        }

        return [.. values.Select(value => value.Setting.Value)];
    }

    /// <summary>The fields of a mapping with what stands for them: a mapping whose name is no field is looked into.</summary>
    IEnumerable<(Field Field, YamlNode Value)> Axes(YamlNode node, string what)
    {
        var found = Within(nodes.Mapping(node, what), "").ToArray();
        if (found.Length == 0)
        {
            throw nodes.Wrong(
                node,
                $"{what} has no axis; write a field's dotted name with its values, as in train.learning_rate: [1e-6, 3e-6]"
            );
        }

        foreach (var (name, axis) in found.GroupBy(one => one.Axis.Field).SelectMany(same => same.Skip(1)))
        {
            throw nodes.Wrong(name, $"{axis.Field} stands here twice");
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
        var field = FieldNames.Find(path, $" ({nodes.Place(name)})");
        return SetByTheSweep.Contains(field.Path)
            ? throw nodes.Wrong(name, $"{field} cannot be an axis: a sweep names its runs and their folders itself")
            : field;
    }

    /// <summary>A field with the value of a node, which it takes.</summary>
    SweepPoint Checked(Field field, YamlNode node)
    {
        if (node is YamlMappingNode)
        {
            throw nodes.Wrong(node, $"{field} has a mapping here; write a value: {field.Expected}");
        }

        var text = ExperimentYaml.TextOf(node);
        field.With(Any, text, $"{nodes.Place(node)}: {field}");
        return new([new(field.Path, text ?? FieldText.Unset)]);
    }
}
