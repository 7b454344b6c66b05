namespace SVco.Models.Hub;

/// <summary>How far the download of one model is.</summary>
/// <param name="File">The file that is being fetched.</param>
/// <param name="Bytes">Bytes of all the model's files that are on disk.</param>
/// <param name="TotalBytes">Bytes of all the model's files.</param>
public sealed record HubProgress(string File, long Bytes, long TotalBytes);
