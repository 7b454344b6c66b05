namespace SVco.Scripting.Printing;

/// <summary>How a terminal shows pictures.</summary>
enum PictureWay
{
    /// <summary>Not at all: their size is told.</summary>
    None,

    /// <summary>Two pixels a letter, as an upper half block in two colours.</summary>
    Blocks,

    /// <summary>The graphics protocol of kitty.</summary>
    Kitty,

    /// <summary>DEC's sixel.</summary>
    Sixel,
}
