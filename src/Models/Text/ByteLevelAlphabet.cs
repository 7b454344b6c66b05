namespace SVco.Models.Text;

/// <summary>GPT-2's printable stand-ins for the 256 byte values: printable Latin-1 stands for itself, the others for U+0100 onwards.</summary>
internal static class ByteLevelAlphabet
{
    static readonly char[] CharacterOfByte = MakeCharacters();
    static readonly Dictionary<char, byte> ByteOfCharacter = Enumerable.Range(0, 256).ToDictionary(b => CharacterOfByte[b], b => (byte)b);

    public static char Character(byte value) => CharacterOfByte[value];

    /// <summary>The bytes that a token stands for, or null when it has a character outside the alphabet.</summary>
    public static byte[]? Bytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!ByteOfCharacter.TryGetValue(token[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    static char[] MakeCharacters()
    {
        var characters = new char[256];
        var next = '\u0100';
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = printable ? (char)value : next++;
        }

        return characters;
    }
}
