using System.Diagnostics;

namespace SVco.Miniature.Scenes;

/// <summary>The manner of an answer.</summary>
public enum AnswerStyle
{
    /// <summary>A plain caption: "there are two small red cherries on the grass ."</summary>
    Caption,

    /// <summary>The kinds: "cup , fish ."</summary>
    List,

    /// <summary>One word: "red ."</summary>
    Short,

    /// <summary>A plain sentence: "the cherries are red ."</summary>
    Sentence,

    /// <summary>The tone of MVC's augmented responses: "well , the cherries here look red to me ."</summary>
    Conversational,
}

/// <summary>
/// Texts about scenes. Words and punctuation are separated by single spaces and nothing is capitalised, so a tokenizer needs no more than a
/// list of words.
/// </summary>
public static class Grammar
{
    /// <summary>What the scene holds, every slot of it named once: "two small red cherries on the grass".</summary>
    public static string Content(Scene scene) =>
        scene switch
        {
            Scene.Group group => $"{Lexicon.Numbers[group.Count - 1]} {Adjectives(group.First)} {Noun(group)} {On(group)}",
            Scene.Couple couple => $"a {Named(couple.First)} {Place(couple.Relation)} a {Named(couple.Second)} {On(couple)}",
            _ => throw new UnreachableException(),
        };

    /// <summary>A plain caption.</summary>
    public static string Caption(Scene scene) => $"there {Be(scene)} {Content(scene)} .";

    /// <summary>A caption in the manner of the web's alt texts.</summary>
    public static string WebCaption(Scene scene, string opener) => $"{opener} {Content(scene)} .";

    /// <summary>A caption in the tone of a conversation.</summary>
    public static string ConversationalCaption(Scene scene, string opener) => $"{opener} i notice {Content(scene)} here .";

    /// <summary>The kinds in the picture.</summary>
    public static string List(Scene scene) => $"{Listed(scene.Kinds.Select(kind => Lexicon.Kinds[(int)kind]))} .";

    /// <summary>
    /// A question about a slot, in the manner that asks for an answer in a style. It tells nothing about the slot's own value, so it suits every
    /// scene that differs only there.
    /// </summary>
    /// <exception cref="ArgumentException">The scene has no such slot.</exception>
    public static string Question(Scene scene, Slot slot, AnswerStyle style) =>
        style switch
        {
            AnswerStyle.Conversational => ConversationalQuestion(scene, slot),
            AnswerStyle.Short => $"{PlainQuestion(scene, slot)} ? short answer .",
            _ => $"{PlainQuestion(scene, slot)} ?",
        };

    /// <summary>The answer to <see cref="Question"/>.</summary>
    /// <param name="scene">What is answered from.</param>
    /// <param name="slot">What is asked.</param>
    /// <param name="style">Short, sentence or conversational.</param>
    /// <param name="opener">How a conversational answer begins; the other styles ignore it.</param>
    /// <exception cref="ArgumentException">The scene has no such slot.</exception>
    public static string Answer(Scene scene, Slot slot, AnswerStyle style, string opener = "") =>
        style switch
        {
            AnswerStyle.Short => $"{Lexicon.Word(slot, scene[slot])} .",
            AnswerStyle.Conversational => $"{opener} {ConversationalAnswer(scene, slot)} .",
            _ => $"{Claim(scene, slot)} .",
        };

    /// <summary>Whether the picture shows a kind, answered with yes or no.</summary>
    public static string IsThere(Kind kind) => $"is there a {Lexicon.Kinds[(int)kind]} ? short answer .";

    /// <summary>Whether what a sentence says of one slot is true, answered with yes or no.</summary>
    public static string IsItTrue(Scene claimed, Slot slot) => $"is it true that {Claim(claimed, slot)} ? short answer .";

    /// <summary>A short question with its options and the way out, answered with one of them or "none of these .".</summary>
    public static string Choose(Scene scene, Slot slot, params IEnumerable<int> options) =>
        $"{PlainQuestion(scene, slot)} : {Listed(options.Select(value => Lexicon.Word(slot, value)))} or {Lexicon.NoneOfThese} ? short answer .";

    /// <summary>Where the first thing of a couple is; the other one, from which it is seen, is not named.</summary>
    public static string Where(Scene.Couple couple) => $"where is the {Noun(couple)} ? short answer .";

    /// <summary>The answer yes or no.</summary>
    public static string YesOrNo(bool yes) => yes ? "yes ." : "no .";

    static string PlainQuestion(Scene scene, Slot slot) =>
        (slot, scene) switch
        {
            (Slot.Object, Scene.Group) => "what is there",
            (Slot.Object, Scene.Couple couple) => $"what is {Place(couple.Relation)} the {Second(couple)}",
            (Slot.Colour, _) => $"what colour {Be(scene)} the {Noun(scene)}",
            (Slot.Size, _) => $"how big {Be(scene)} the {Noun(scene)}",
            (Slot.Background, _) => $"where {Be(scene)} the {Noun(scene)} lying",
            (Slot.Count, Scene.Group group) => $"how many {Lexicon.Noun(group.First.Kind, 2)} are there",
            (Slot.Relation, Scene.Couple couple) => $"where is the {Noun(couple)} , seen from the {Second(couple)}",
            _ => throw NoSuch(scene, slot),
        };

    static string ConversationalQuestion(Scene scene, Slot slot) =>
        (slot, scene) switch
        {
            (Slot.Object, Scene.Group) => "could you tell me what is in this picture ?",
            (Slot.Object, Scene.Couple couple) => $"do you know what is {Place(couple.Relation)} the {Second(couple)} ?",
            (Slot.Colour, _) => $"could you tell me the colour of the {Noun(scene)} ?",
            (Slot.Size, _) => $"could you tell me the size of the {Noun(scene)} ?",
            (Slot.Background, _) => $"do you know what the {Noun(scene)} {Verb(scene, "lie")} on ?",
            (Slot.Count, Scene.Group group) => $"can you count the {Lexicon.Noun(group.First.Kind, 2)} for me ?",
            (Slot.Relation, Scene.Couple couple) => $"do you know where the {Noun(couple)} is , seen from the {Second(couple)} ?",
            _ => throw NoSuch(scene, slot),
        };

    static string Claim(Scene scene, Slot slot) =>
        (slot, scene) switch
        {
            (Slot.Object, Scene.Group) => $"there {Be(scene)} {Some(scene)}",
            (Slot.Object, Scene.Couple couple) => $"there is a {Noun(couple)} {Place(couple.Relation)} the {Second(couple)}",
            (Slot.Colour or Slot.Size, _) => $"the {Noun(scene)} {Be(scene)} {Lexicon.Word(slot, scene[slot])}",
            (Slot.Background, _) => $"the {Noun(scene)} {Be(scene)} {On(scene)}",
            (Slot.Count, Scene.Group) => $"there {Be(scene)} {Lexicon.Word(slot, scene[slot])} {Noun(scene)}",
            (Slot.Relation, Scene.Couple couple) => $"the {Noun(couple)} is {Place(couple.Relation)} the {Second(couple)}",
            _ => throw NoSuch(scene, slot),
        };

    static string ConversationalAnswer(Scene scene, Slot slot) =>
        (slot, scene) switch
        {
            (Slot.Object, Scene.Group) => $"i think i see {Some(scene)} here",
            (Slot.Object, Scene.Couple couple) => $"i think the {Noun(couple)} is {Place(couple.Relation)} the {Second(couple)} here",
            (Slot.Colour or Slot.Size, _) => $"the {Noun(scene)} here {Verb(scene, "look")} {Lexicon.Word(slot, scene[slot])} to me",
            (Slot.Background, _) => $"the {Noun(scene)} {Verb(scene, "lie")} {On(scene)} here",
            (Slot.Count, Scene.Group) => $"i count {Lexicon.Word(slot, scene[slot])} {Noun(scene)} here",
            (Slot.Relation, Scene.Couple couple) => $"i notice the {Noun(couple)} is {Place(couple.Relation)} the {Second(couple)} here",
            _ => throw NoSuch(scene, slot),
        };

    static string Listed(IEnumerable<string> words) => string.Join(" , ", words);

    static int Count(Scene scene) => scene is Scene.Group group ? group.Count : 1;

    static string Noun(Scene scene) => Lexicon.Noun(scene.First.Kind, Count(scene));

    static string Some(Scene scene) => Count(scene) == 1 ? $"a {Noun(scene)}" : Noun(scene);

    static string Be(Scene scene) => Count(scene) == 1 ? "is" : "are";

    static string Verb(Scene scene, string plural) => Count(scene) == 1 ? $"{plural}s" : plural;

    static string On(Scene scene) => $"on the {Lexicon.Word(Slot.Background, (int)scene.Background)}";

    static string Second(Scene.Couple couple) => Lexicon.Kinds[(int)couple.Second.Kind];

    static string Adjectives(Thing thing) => $"{Lexicon.Sizes[(int)thing.Size]} {Lexicon.Colours[(int)thing.Colour]}";

    static string Named(Thing thing) => $"{Adjectives(thing)} {Lexicon.Kinds[(int)thing.Kind]}";

    static string Place(Relation relation) =>
        relation switch
        {
            Relation.Left => "left of",
            Relation.Right => "right of",
            Relation.Above => "above",
            _ => "below",
        };

    static ArgumentException NoSuch(Scene scene, Slot slot) => new($"{scene} has no {slot}.", nameof(slot));
}
