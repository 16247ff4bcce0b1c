// mautrix-go for run.mjs: one command a call, JSON on standard input and output.
package main

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/backup"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

const passphrase = "correct horse"

type key struct {
	RoomID    id.RoomID    `json:"room_id"`
	SessionID id.SessionID `json:"session_id"`
	SenderKey id.SenderKey `json:"sender_key"`
	Claimed   struct {
		Ed25519 id.Ed25519 `json:"ed25519"`
	} `json:"sender_claimed_keys"`
	SessionKey string `json:"session_key"`
	Message    string `json:"message"`
}

type input struct {
	Keys          []key                                                    `json:"keys"`
	Path          string                                                   `json:"path"`
	PublicKey     string                                                   `json:"publicKey"`
	DecryptionKey string                                                   `json:"decryptionKey"`
	Backup        []*backup.EncryptedSessionData[backup.MegolmSessionData] `json:"backup"`
}

func main() {
	var given input
	must(json.NewDecoder(os.Stdin).Decode(&given))
	commands := map[string]func(input) any{
		"write-export": writeExport, "read-export": readExport, "encrypt-backup": encryptBackup, "read-backup": readBackup,
	}
	must(json.NewEncoder(os.Stdout).Encode(commands[os.Args[1]](given)))
}

func writeExport(given input) any {
	sessions := make([]*crypto.InboundGroupSession, len(given.Keys))
	for i, key := range given.Keys {
		sessions[i] = &crypto.InboundGroupSession{
			Internal: imported(key.SessionKey), SigningKey: key.Claimed.Ed25519, SenderKey: key.SenderKey, RoomID: key.RoomID,
			ForwardingChains: []string{},
		}
	}
	data, err := crypto.ExportKeys(passphrase, sessions)
	must(err)
	must(os.WriteFile(given.Path, data, 0o600))
	return nil
}

func readExport(given input) any {
	log := zerolog.Nop()
	store := crypto.NewMemoryStore(nil)
	machine := crypto.NewOlmMachine(nil, &log, store, nil)
	data, err := os.ReadFile(given.Path)
	must(err)
	_, _, err = machine.ImportKeys(context.Background(), passphrase, data)
	must(err)
	return each(given.Keys, func(i int, key key) bool {
		session, err := store.GetGroupSession(context.Background(), key.RoomID, key.SessionID)
		return err == nil && session != nil && decrypts(session.Internal, key.Message)
	})
}

// The first has no signer, the second no chain, as this SDK writes them where it does not know better.
func encryptBackup(given input) any {
	bytes, err := base64.RawStdEncoding.DecodeString(given.PublicKey)
	must(err)
	public, err := ecdh.X25519().NewPublicKey(bytes)
	must(err)
	encrypted := make([]any, len(given.Keys))
	for i, key := range given.Keys {
		data := backup.MegolmSessionData{Algorithm: id.AlgorithmMegolmV1, SenderKey: key.SenderKey, SessionKey: key.SessionKey}
		if i != 0 {
			data.SenderClaimedKeys.Ed25519 = key.Claimed.Ed25519
		}
		if i != 1 {
			data.ForwardingKeyChain = []string{}
		}
		encrypted[i], err = backup.EncryptSessionDataWithPubkey(public, data)
		must(err)
	}
	return encrypted
}

func readBackup(given input) any {
	bytes, err := base64.RawStdEncoding.DecodeString(given.DecryptionKey)
	must(err)
	decryptionKey, err := backup.MegolmBackupKeyFromBytes(bytes)
	must(err)
	return each(given.Keys, func(i int, key key) bool {
		data, err := given.Backup[i].Decrypt(decryptionKey)
		if err != nil {
			return false
		}
		session, err := olm.InboundGroupSessionImport([]byte(data.SessionKey))
		return err == nil && session.ID() == key.SessionID && decrypts(session, key.Message)
	})
}

func imported(sessionKey string) olm.InboundGroupSession {
	session, err := olm.InboundGroupSessionImport([]byte(sessionKey))
	must(err)
	return session
}

func decrypts(session olm.InboundGroupSession, message string) bool {
	_, _, err := session.Decrypt([]byte(message))
	return err == nil
}

func each(keys []key, test func(int, key) bool) []bool {
	results := make([]bool, len(keys))
	for i, key := range keys {
		results[i] = test(i, key)
	}
	return results
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
