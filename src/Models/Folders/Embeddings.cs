using SVco.Core;

namespace SVco.Models.Folders;

/// <summary>Tokens that the model has no embedding for.</summary>
public static class Embeddings
{
    /// <summary>Makes sure that a token has an embedding; the image token needs none.</summary>
    /// <param name="config">The model's config.</param>
    /// <param name="id">The token.</param>
    /// <param name="token">Its text.</param>
    /// <param name="where">Where it stands.</param>
    /// <exception cref="UserException">It has none.</exception>
    public static void Require(ModelConfig config, int id, string token, string where)
    {
        if (id != config.ImageTokenId && (id < 0 || id >= config.Text.VocabularySize))
        {
            throw new UserException(
                $"{where}: the token {token} has the id {id}, but the model has embeddings for {config.Text.VocabularySize} tokens (vocab_size in config.json). "
                    + "The tokenizer belongs to another model, or tokens were added without enlarging the embeddings (resize_token_embeddings)."
            );
        }
    }
}
