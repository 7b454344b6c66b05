using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Packing;

namespace SVco.Models.Text;

/// <summary>A chat format before its tokenizer is known.</summary>
/// <param name="Example">A model that has it, for messages.</param>
/// <param name="Templates">The chat templates, in Jinja, that it is recognised by.</param>
/// <param name="Create">Makes the format from the tokenizer and the model folder.</param>
public sealed record ChatFormatKind(string Example, ImmutableArray<string> Templates, Func<Tokenizer, string, ChatFormat> Create)
{
    /// <summary>Whether a folder without any template has this format, by its tokenizer: older versions of transformers saved none.</summary>
    public Func<Tokenizer, bool> IsUnwritten { get; init; } = _ => false;
}

/// <summary>
/// How a model family writes a conversation: training rows with labels and generation prompts. Under
/// <see cref="Behaviour.Official"/> both equal the official code token by token (golden/chat); under <see cref="Behaviour.Corrected"/> a row
/// is its generation prompt, the tokens of the response and the stop token, and nothing in a user's text is read as a special token.
/// </summary>
public abstract class ChatFormat
{
    /// <summary>Finds the placeholder.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="folder">Its folder, for messages.</param>
    /// <param name="placeholder">The token that stands for one image.</param>
    /// <exception cref="UserException">The tokenizer has no such token.</exception>
    protected ChatFormat(Tokenizer tokenizer, string folder, string placeholder)
    {
        (Tokenizer, ImagePlaceholder) = (tokenizer, placeholder);
        ImageToken = Required(placeholder, folder);
    }

    /// <summary>The format's name for messages and reports.</summary>
    public abstract string Name { get; }

    /// <summary>The tokens at which generation stops.</summary>
    public abstract ImmutableArray<int> StopIds { get; }

    /// <summary>The id of the placeholder that stands for one image.</summary>
    public int ImageToken { get; }

    /// <summary>The placeholder as text, such as <c>&lt;image&gt;</c>.</summary>
    public string ImagePlaceholder { get; }

    /// <summary>The model's tokenizer.</summary>
    protected Tokenizer Tokenizer { get; }

    /// <summary>What the person should know of how the format was found; null where a file says it.</summary>
    public string? Note { get; private set; }

    /// <summary>Recognises the format from the model folder's chat template.</summary>
    /// <exception cref="UserException">
    /// No template where the format does not go without, an unknown one, files with different ones, or a tokenizer without the template's special tokens.
    /// </exception>
    public static ChatFormat For(Tokenizer tokenizer, string folder)
    {
        ImmutableArray<ChatFormatKind> kinds = [.. ModelFamilies.All.SelectMany(family => family.ChatFormats)];
        var places = ChatTemplate.Read(folder);
        if (places is not [var first, .. var others])
        {
            return Unwritten(kinds, tokenizer, folder);
        }

        var kind =
            Of(first)
            ?? throw new UserException(
                $"{first.File}: this chat template is not known. Known are those of {string.Join(" and ", kinds.Select(kind => kind.Example))}. "
                    + "If the model was trained with one of these, put that model's chat_template.json into the folder."
            );
        // A tokenizer may have the template of a language model without images, which is not known here.
        if (others.FirstOrDefault(other => Of(other) != kind && !(other.OfTokenizer && Of(other) is null)) is { File: not null } other)
        {
            throw new UserException(
                $"{first.File} and {other.File} hold different chat templates. Only one can be right: take the other away."
            );
        }

        return kind.Create(tokenizer, folder);

        ChatFormatKind? Of(ChatTemplate.Place place)
        {
            var normalized = ChatTemplate.Normalized(place.Text);
            return kinds.FirstOrDefault(kind => kind.Templates.Select(ChatTemplate.Normalized).Contains(normalized));
        }
    }

    static ChatFormat Unwritten(ImmutableArray<ChatFormatKind> kinds, Tokenizer tokenizer, string folder)
    {
        var kind =
            kinds.FirstOrDefault(kind => kind.IsUnwritten(tokenizer))
            ?? throw new UserException(
                $"{folder} has no chat template: none of chat_template.jinja, chat_template.json, processor_config.json and tokenizer_config.json "
                    + "(field \"chat_template\") holds one. Fetch chat_template.json from the model's hub page."
            );
        var format = kind.Create(tokenizer, folder);
        format.Note =
            $"{folder} has no chat template; by its tokenizer it is taken for one of before templates were saved, {format.Name}. "
            + "If the model was trained with another, put its chat_template.json into the folder.";
        return format;
    }

    /// <summary>A training row, each image one placeholder, without padding.</summary>
    /// <param name="systemPrompt">The system prompt; empty means none.</param>
    /// <param name="query">The user's text.</param>
    /// <param name="response">The assistant's answer, which is labelled.</param>
    /// <param name="images">How many images stand before the query; 0 for the conversation without images.</param>
    /// <param name="maxTextLength">Longer rows are cut at the right end; a placeholder counts as one token. A cut answer has no stop label.</param>
    /// <param name="behaviour">
    /// Official: special tokens written out in a text become tokens, so <see cref="PlaceholderCount"/> may differ from
    /// <paramref name="images"/>. Corrected: they stay text.
    /// </param>
    public TokenSequence Encode(string systemPrompt, string query, string response, int images, int maxTextLength, Behaviour behaviour)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTextLength);
        var row =
            behaviour == Behaviour.Official
                ? OfficialRow(systemPrompt, query, response, images)
                : Row(systemPrompt, query, response, images);
        return row.Length <= maxTextLength
            ? row
            : new(row.Ids[..maxTextLength], row.Labelled[..maxTextLength], row.Attended[..maxTextLength]);
    }

    /// <summary>The ids from which an answer is generated, each image one placeholder.</summary>
    /// <param name="systemPrompt">The system prompt; empty means none.</param>
    /// <param name="query">The user's text.</param>
    /// <param name="images">How many images stand before the query.</param>
    /// <param name="behaviour">Official: as the official evaluation feeds it. Corrected: exactly what precedes the response in a training row.</param>
    public ImmutableArray<int> Prompt(string systemPrompt, string query, int images, Behaviour behaviour)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        var literal = behaviour == Behaviour.Corrected;
        return EncodePrompt(PromptParts(systemPrompt, query, images, literal), behaviour);
    }

    /// <summary>The ids with each placeholder replaced by as many image tokens as the model makes of its image.</summary>
    /// <param name="ids">Token ids with placeholders.</param>
    /// <param name="imageTokens">Image tokens of each image in order, e.g. 576; a placeholder beyond them is a token like any other.</param>
    public ImmutableArray<int> ExpandImages(ImmutableArray<int> ids, params IReadOnlyList<int> imageTokens) =>
        [.. PackLayout.Expand(ids, ImageToken, imageTokens).Select(token => ids[token.Source])];

    /// <summary>The text of what a model wrote.</summary>
    /// <param name="prompt">The ids that it continued, images expanded.</param>
    /// <param name="tokens">The new ones.</param>
    /// <param name="behaviour">
    /// Official: as the official evaluation cuts it out of the whole conversation, too early where the question has the marker of an answer in it,
    /// and at the wrong place where the marker is missing. Corrected: the new tokens without white space at their ends.
    /// </param>
    public string Answer(ImmutableArray<int> prompt, ImmutableArray<int> tokens, Behaviour behaviour) =>
        behaviour == Behaviour.Official
            ? OfficialAnswer(PythonText.Strip(Tokenizer.Decode(prompt.Concat(tokens), skipSpecialTokens: true)))
            : PythonText.Strip(Tokenizer.Decode(tokens, skipSpecialTokens: true));

    /// <summary>The number of image placeholders in a row, to be compared with the number of its images.</summary>
    public int PlaceholderCount(TokenSequence row) => row.Ids.Count(id => id == ImageToken);

    /// <summary>The conversation up to where the answer begins.</summary>
    protected abstract IReadOnlyList<TextPart> PromptParts(string systemPrompt, string query, int images, bool literal);

    /// <summary>The conversation as the official code renders it: up to the answer's block, the block, what follows.</summary>
    protected abstract (string Before, string Block, string After) OfficialText(
        string systemPrompt,
        string query,
        string response,
        int images
    );

    /// <summary>Tokens of a generation prompt.</summary>
    protected abstract ImmutableArray<int> EncodePrompt(IReadOnlyList<TextPart> parts, Behaviour behaviour);

    /// <summary>Tokens of the rendered conversation, framed as the official training frames it, and whether its last token is labelled too.</summary>
    protected abstract (Encoding Tokens, bool LastIsLabel) EncodeOfficial(string text);

    /// <summary>What the official evaluation takes for the beginning of an answer in the text of a conversation.</summary>
    protected abstract string AnswerMarker { get; }

    /// <summary>The answer in the text of a conversation as the official evaluation finds it.</summary>
    /// <param name="conversation">The text without special tokens and without white space at its ends.</param>
    protected virtual string OfficialAnswer(string conversation)
    {
        var at = conversation.IndexOf(AnswerMarker, StringComparison.Ordinal);
        // Python's find gives -1 where there is none, and the cut is made all the same, counted in code points.
        return at >= 0
            ? conversation[(at + AnswerMarker.Length)..]
            : string.Concat(conversation.EnumerateRunes().Skip(AnswerMarker.Length - 1));
    }

    /// <summary>The token that ends an answer.</summary>
    protected abstract int StopToken { get; }

    /// <summary>The id of a token.</summary>
    /// <exception cref="UserException">The tokenizer has no such token.</exception>
    protected int Required(string token, string folder) =>
        Tokenizer.TokenId(token)
        ?? throw new UserException(
            $"{folder}: the tokenizer has no token {token}, which this model's chat format needs. Use the model's own tokenizer."
        );

    TokenSequence Row(string systemPrompt, string query, string response, int images)
    {
        var prompt = Prompt(systemPrompt, query, images, Behaviour.Corrected);
        ImmutableArray<int> answer = [.. Tokenizer.Encode([new(response, Literal: true)], addSpecialTokens: false).Ids, StopToken];
        return new(
            [.. prompt, .. answer],
            [.. Enumerable.Repeat(false, prompt.Length), .. Enumerable.Repeat(true, answer.Length)],
            [.. Enumerable.Repeat(true, prompt.Length + answer.Length)]
        );
    }

    TokenSequence OfficialRow(string systemPrompt, string query, string response, int images)
    {
        var (before, block, after) = OfficialText(systemPrompt, query, response, images);
        var (tokens, lastIsLabel) = EncodeOfficial(before + block + after);
        var start = before.EnumerateRunes().Count();
        var last = start + block.EnumerateRunes().Count() - 1;
        var labelled = new bool[tokens.Ids.Length];
        // When no token covers the last character (NFC merged it into the one before), transformers labels nothing.
        if (TokenOf(tokens, start) is { } first && TokenOf(tokens, last) is { } end && first <= end)
        {
            labelled.AsSpan(first..(end + 1)).Fill(true);
        }

        labelled[^1] |= lastIsLabel;
        return new(tokens.Ids, [.. labelled], [.. tokens.Ids.Select(id => id != Tokenizer.PadId)]);
    }

    /// <summary>The first token that covers a code point, as transformers' char_to_token.</summary>
    static int? TokenOf(Encoding tokens, int codePoint)
    {
        for (var i = 0; i < tokens.Offsets.Length; i++)
        {
            if (tokens.Offsets[i].Start <= codePoint && codePoint < tokens.Offsets[i].End)
            {
                return i;
            }
        }

        return null;
    }
}
