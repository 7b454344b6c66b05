using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Files;

namespace SVco.Evaluation.Answers;

/// <summary>Grades answers. A verdict is kept under the content of grader and answer: grading again with the same graders does nothing.</summary>
public static class Grading
{
    /// <summary>Grades what has no verdict yet.</summary>
    /// <param name="items">The items.</param>
    /// <param name="answers">Answers to the items, one or several each.</param>
    /// <param name="kept">Has the verdicts of before and gets those of now.</param>
    /// <param name="judge">Gives a judge's reply to a request; null where no item needs one.</param>
    /// <returns>A verdict for each answer.</returns>
    /// <exception cref="UserException">A judge is needed and there is none, or the verdicts cannot be kept.</exception>
    public static ImmutableArray<Verdict> Grade(
        IReadOnlyList<Item> items,
        IReadOnlyList<Answer> answers,
        KeyedLines<Verdict> kept,
        Func<JudgeRequest, string>? judge = null
    )
    {
        var byId = items.ToDictionary(item => item.Id);
        return
        [
            .. answers.Select(answer =>
            {
                var item = byId[answer.Item];
                var key = KeyOf(item, answer);
                if (kept.Find(key) is not { } verdict)
                {
                    verdict = Verdict.Of(
                        item,
                        answer,
                        judge ?? (_ => throw new UserException($"{item.Id} needs a judge, and none is given."))
                    );
                    kept.Add(key, verdict);
                }

                return verdict with
                {
                    Item = item.Id,
                    Run = answer.Run,
                };
            }),
        ];
    }

    /// <summary>
    /// All that a grader holds: the properties that JSON writes, and the fields that it does not, such as that of a property without a setter. Two
    /// graders that differ must not share a verdict.
    /// </summary>
    static string Values(Grader grader)
    {
        try
        {
            return string.Join(
                '\n',
                HiddenFields(grader.GetType())
                    .Select(field => $"{field.Name} {JsonSerializer.Serialize(field.GetValue(grader), JsonLines.Options)}")
                    .Prepend(JsonSerializer.Serialize<object>(grader, JsonLines.Options))
            );
        }
        catch (Exception error) when (error is NotSupportedException or JsonException)
        {
            throw new UserException(
                $"The grader {grader.GetType().Name} holds something that is no plain value, such as a function, so that its verdicts cannot be kept: {error.Message}",
                error
            );
        }
    }

    static IEnumerable<FieldInfo> HiddenFields(Type? type) =>
        type is null
            ? []
            : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(field =>
                    !type.GetProperties().Any(property => property.CanWrite && field.Name == $"<{property.Name}>k__BackingField")
                )
                .Concat(HiddenFields(type.BaseType));

    // A changed grader is another one: its code belongs to its name.
    internal static string KeyOf(Item item, Answer answer, string judge = "")
    {
        var (type, truth) = item.Task is ItemTask.Write { Grader: var grader }
            ? ($"{grader.GetType()} {grader.GetType().Module.ModuleVersionId}", Values(grader))
            : ("choose", $"{((ItemTask.Choose)item.Task).Correct}");
        return ContentHash.Of(
            JsonSerializer.Serialize<string[]>([
                type,
                truth,
                answer.Text,
                .. judge.Length > 0 ? [judge] : Array.Empty<string>(),
                .. answer.LogProbs.Select(value => $"{value:R}"),
            ])
        );
    }
}
