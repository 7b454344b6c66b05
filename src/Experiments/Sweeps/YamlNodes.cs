using System.Globalization;
using SVco.Core;
using SVco.Files;
using YamlDotNet.RepresentationModel;

namespace SVco.Experiments;

/// <summary>Takes the nodes of a YAML file for what they should be; else the message says file, line, column and what to write.</summary>
/// <param name="file">What messages call the file.</param>
sealed class YamlNodes(string file)
{
    /// <summary>Where a node begins, for messages.</summary>
    public string Place(YamlNode node) => YamlText.Place(node, file);

    /// <summary>A mapping.</summary>
    public YamlMappingNode Mapping(YamlNode node, string what) =>
        node as YamlMappingNode ?? throw Wrong(node, $"{what} is a mapping of names to values");

    /// <summary>The items of a list, of which there is one at least.</summary>
    public IEnumerable<YamlNode> Items(YamlNode node, string what) =>
        node is YamlSequenceNode { Children.Count: > 0 } items
            ? items
            : throw Wrong(node, $"{what} has {Shown(node)}; write a list: [a, b]");

    static string Shown(YamlNode node) =>
        node is YamlScalarNode scalar ? $"\"{scalar.Value}\""
        : node is YamlSequenceNode ? "no items"
        : "a mapping";

    /// <summary>Makes sure that a mapping has no other names than these.</summary>
    public void Known(YamlMappingNode mapping, string what, params string[] keys)
    {
        if (mapping.Children.Keys.FirstOrDefault(key => !keys.Contains($"{key}")) is { } unknown)
        {
            throw Wrong(unknown, $"{what} has no {unknown}; it has {string.Join(", ", keys)}");
        }
    }

    /// <summary>What stands under a name; null where it is not there.</summary>
    public static YamlNode? Child(YamlMappingNode mapping, string key) => mapping.Children.TryGetValue(key, out var child) ? child : null;

    /// <summary>A value as text.</summary>
    public string Text(YamlNode node, string what) =>
        node is YamlScalarNode && ExperimentYaml.TextOf(node) is { Length: > 0 } text
            ? text
            : throw Wrong(node, $"{what} has no value; write one, or leave it out");

    /// <summary>The whole number under a name; null where it is not there.</summary>
    public int? Whole(YamlMappingNode mapping, string key, int least) =>
        Child(mapping, key) is not { } node ? null
        : int.TryParse(Text(node, key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
        : throw Wrong(node, $"{key} is {node}; write a whole number of at least {least}");

    /// <summary>What is wrong, with its place.</summary>
    /// <param name="node">Where.</param>
    /// <param name="what">What, and what to write; without the full stop.</param>
    /// <param name="inner">The cause.</param>
    public UserException Wrong(YamlNode node, string what, Exception? inner = null) => new($"{Place(node)}: {what}.", inner);
}
