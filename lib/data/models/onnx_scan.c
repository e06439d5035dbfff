/*
 * This goes through the protobuf wire format and adds up what decoding would allocate. A hostile
 * file can declare a sub-message with two bytes, and protobuf-c allocates a structure for each. The
 * sum bounds this beforehand.
 *
 * Wire format: https://protobuf.dev/programming-guides/encoding/
 */
#include "data/models/onnx.h"

#define SCAN_DEPTH 100u /* as protobuf's own libraries */
#define MALLOC_OVERHEAD 32u
#define FIELD_BOOKKEEPING 64u /* protobuf-c: 32 bytes a field, in slabs that double */

typedef struct scan {
	const uint8_t *start; /* of the file: for positions in messages */
	size_t need;
	brc_err *err;
} scan;

typedef struct field {
	uint64_t number;
	unsigned wire;
	const uint8_t *payload; /* of a length-prefixed field, or the value itself */
	size_t length;
	const uint8_t *next;
} field;

static brc_rc malformed(scan *s, const uint8_t *at, const ProtobufCMessageDescriptor *type,
			const char *what)
{
	brc_fail(s->err, BRC_DATA, "not a valid ONNX model: byte %zu, in %s: %s",
		 (size_t)(at - s->start), type->short_name, what);
	return brc_hint(s->err, "is it an ONNX file, and is it complete?");
}

/* False when the varint runs past `end` or past ten bytes. */
static bool read_varint(const uint8_t **p, const uint8_t *end, uint64_t *out)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 70 && *p < end; shift += 7) {
		uint8_t byte = *(*p)++;

		v |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
		if (!(byte & 0x80)) {
			*out = v;
			return true;
		}
	}
	return false;
}

static brc_rc read_field(scan *s, const ProtobufCMessageDescriptor *type, const uint8_t *p,
			 const uint8_t *end, field *f)
{
	const uint8_t *at = p;
	uint64_t key, length = 0;

	if (!read_varint(&p, end, &key))
		return malformed(s, at, type, "a field number is cut off");
	f->number = key >> 3;
	f->wire = key & 7;
	if (f->number == 0 || f->number > 0x1fffffff)
		return malformed(s, at, type, "a field number that does not exist");
	f->payload = p;
	if (f->wire == PROTOBUF_C_WIRE_TYPE_VARINT) {
		if (!read_varint(&p, end, &key))
			return malformed(s, at, type, "a number is cut off");
		length = (uint64_t)(p - f->payload);
		p = f->payload;
	} else if (f->wire == PROTOBUF_C_WIRE_TYPE_64BIT) {
		length = 8;
	} else if (f->wire == PROTOBUF_C_WIRE_TYPE_32BIT) {
		length = 4;
	} else if (f->wire == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
		if (!read_varint(&p, end, &length))
			return malformed(s, at, type, "a length is cut off");
		f->payload = p;
	} else {
		return malformed(s, at, type, "a field of a kind that is not used");
	}
	if (length > (uint64_t)(end - p))
		return malformed(s, at, type, "a field is longer than what is left of its message");
	f->length = (size_t)length;
	f->next = p + length;
	return BRC_OK;
}

/* Bytes of one decoded number, its wire type unless packed, and the bytes it takes when packed. */
static size_t number_size(ProtobufCType t, unsigned *wire, size_t *packed)
{
	bool single = t == PROTOBUF_C_TYPE_FLOAT, twice = t == PROTOBUF_C_TYPE_DOUBLE;

	*packed = single ? 4 : twice ? 8 : 0;
	*wire = single  ? PROTOBUF_C_WIRE_TYPE_32BIT
		: twice ? PROTOBUF_C_WIRE_TYPE_64BIT
			: PROTOBUF_C_WIRE_TYPE_VARINT;
	return single || t == PROTOBUF_C_TYPE_INT32 ? 4 : 8; /* else int64 or uint64 */
}

/* What the array of a repeated number grows by, or 0 for a singular one. */
static brc_rc scan_number(scan *s, const ProtobufCMessageDescriptor *type,
			  const ProtobufCFieldDescriptor *d, const field *f)
{
	unsigned wire;
	size_t packed, n = 0, size = number_size(d->type, &wire, &packed);
	bool repeated = d->label == PROTOBUF_C_LABEL_REPEATED;

	if (f->wire == wire) {
		s->need += repeated ? size : 0;
		return BRC_OK;
	}
	if (!repeated || f->wire != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
		return malformed(s, f->payload, type, "a number has the wrong type");
	if (packed && f->length % packed)
		return malformed(s, f->payload, type, "a list of numbers ends inside one");
	if (packed) {
		n = f->length / packed;
	} else {
		for (size_t i = 0; i < f->length; i++)
			n += f->payload[i] < 0x80;
		if (f->length && f->payload[f->length - 1] >= 0x80)
			return malformed(s, f->payload, type, "a list of numbers ends inside one");
	}
	s->need += n * size;
	return BRC_OK;
}

static brc_rc scan_message(scan *s, const ProtobufCMessageDescriptor *type, const uint8_t *p,
			   const uint8_t *end, unsigned depth);

static brc_rc scan_known(scan *s, const ProtobufCMessageDescriptor *type,
			 const ProtobufCFieldDescriptor *d, const field *f, uint64_t *seen,
			 unsigned depth)
{
	bool repeated = d->label == PROTOBUF_C_LABEL_REPEATED;
	uint64_t bit = UINT64_C(1) << (d - type->fields); /* no message here has 64 fields */

	if (repeated && !(*seen & bit))
		s->need += MALLOC_OVERHEAD;
	if (d->type == PROTOBUF_C_TYPE_MESSAGE || d->type == PROTOBUF_C_TYPE_STRING ||
	    d->type == PROTOBUF_C_TYPE_BYTES) {
		if (f->wire != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
			return malformed(s, f->payload, type, "text or a message is a number");
		s->need += repeated ? sizeof(void *) : 0;
		s->need += MALLOC_OVERHEAD;
	}
	switch (d->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		/* protobuf-c would merge them, copying all lists each time. */
		if (!repeated && (*seen & bit))
			return malformed(s, f->payload, type, "a single message occurs twice");
		*seen |= bit;
		return scan_message(s, d->descriptor, f->payload, f->payload + f->length,
				    depth + 1);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
		s->need += f->length + 1;
		break;
	default:
		BRC_TRY(scan_number(s, type, d, f));
	}
	*seen |= bit;
	return BRC_OK;
}

static brc_rc scan_message(scan *s, const ProtobufCMessageDescriptor *type, const uint8_t *p,
			   const uint8_t *end, unsigned depth)
{
	uint64_t seen = 0;

	if (depth > SCAN_DEPTH)
		return malformed(s, p, type, "messages are nested too deeply");
	s->need += type->sizeof_message + MALLOC_OVERHEAD;
	while (p < end) {
		const ProtobufCFieldDescriptor *d;
		field f = {0};

		BRC_TRY(read_field(s, type, p, end, &f));
		d = protobuf_c_message_descriptor_get_field(type, (unsigned)f.number);
		s->need += FIELD_BOOKKEEPING;
		if (d)
			BRC_TRY(scan_known(s, type, d, &f, &seen, depth));
		else /* protobuf-c keeps a copy */
			s->need += sizeof(ProtobufCMessageUnknownField) + MALLOC_OVERHEAD +
				   (size_t)(f.next - p);
		p = f.next;
	}
	return BRC_OK;
}

brc_rc brc_onnx_scan(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t n,
		     size_t *need, brc_err *err)
{
	scan s = {.start = bytes, .err = err};

	BRC_TRY(scan_message(&s, type, bytes, bytes + n, 0));
	*need = s.need;
	return BRC_OK;
}
