using SVco.Core;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace SVco.Files;

/// <summary>
/// YAML from outside, looked through before anything is made of it: nesting without end would overflow the stack of a parser, and aliases of
/// aliases stand for more than any memory holds. Settings need neither.
/// </summary>
public static class YamlText
{
    const int MostNesting = 32;
    const int MostEvents = 100_000;

    /// <summary>The root of a YAML text; an empty mapping where there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What messages call it, such as the file's path; empty for a text without a file.</param>
    /// <exception cref="UserException">It is no YAML, is nested too deep, or has aliases; the message says where.</exception>
    public static YamlNode Root(string text, string name = "")
    {
        try
        {
            LookThrough(text, name);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count switch
            {
                0 => new YamlMappingNode(),
                1 => stream.Documents[0].RootNode,
                _ => throw At(name, stream.Documents[1].RootNode.Start, "a second document begins here (---); settings are one document"),
            };
        }
        catch (YamlException error)
        {
            throw At(name, error.Start, $"this is no YAML: {error.Message}", error);
        }
        catch (Exception error) when (error is not UserException)
        {
            // The scanner's own mistake, such as after an unclosed bracket.
            throw new UserException(
                $"{(name.Length > 0 ? $"{name}: " : "")}this is no YAML. A bracket or a quote is probably not closed.",
                error
            );
        }
    }

    /// <summary>Where a node begins, for messages: <c>FILE, line 3, column 5</c>.</summary>
    /// <param name="node">A node of a text that was read.</param>
    /// <param name="name">What messages call the text; empty for one without a file.</param>
    public static string Place(YamlNode node, string name = "") => Place(name, node.Start);

    static string Place(string name, Mark place) => $"{(name.Length > 0 ? $"{name}, " : "")}line {place.Line}, column {place.Column}";

    static void LookThrough(string text, string name)
    {
        var (parser, nesting, events) = (new Parser(new StringReader(text)), 0, 0);
        while (parser.MoveNext())
        {
            var next = parser.Current!;
            nesting += next switch
            {
                MappingStart or SequenceStart => 1,
                MappingEnd or SequenceEnd => -1,
                _ => 0,
            };
            if (nesting > MostNesting)
            {
                throw At(name, next.Start, $"this is nested deeper than {MostNesting} levels");
            }

            if (++events > MostEvents)
            {
                throw At(name, next.Start, $"this is longer than {MostEvents} names and values");
            }

            if (next is AnchorAlias)
            {
                throw At(name, next.Start, "aliases (*name) are not read; write the value out");
            }

            if (next is Scalar { Value: var value } && value.Contains('\0'))
            {
                throw At(name, next.Start, "a value holds a zero character");
            }
        }
    }

    static UserException At(string name, Mark place, string what, Exception? inner = null) =>
        new($"{Place(name, place)}: {what}.".Replace("..", "."), inner);
}
